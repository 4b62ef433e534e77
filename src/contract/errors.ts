/** Every error code the API can answer with. The docs page and tests are generated from this table. */
export const errors = {
  BAD_REQUEST: { status: 400, message: 'The request cannot be read' },
  UNAUTHORIZED: { status: 401, message: 'Sign in or send a valid token' },
  FORBIDDEN: { status: 403, message: 'Your role does not allow this' },
  CSRF_TOKEN_INVALID: { status: 403, message: 'The X-CSRF-Token header is missing or does not belong to this session' },
  MFA_REQUIRED: { status: 403, message: 'This workspace asks for a second factor: set one up first' },
  EMAIL_NOT_VERIFIED: { status: 403, message: 'Confirm your e-mail address first: the link is in your mail' },
  NOT_FOUND: { status: 404, message: 'No such resource' },
  METHOD_NOT_ALLOWED: { status: 405, message: 'This path does not take that method' },
  CONFLICT: { status: 409, message: 'This collides with the current state' },
  MFA_ALREADY_ENABLED: { status: 409, message: 'An authenticator app is set up already' },
  LAST_AUTH_METHOD: { status: 409, message: 'This is the last way to sign in: add another one first' },
  PRECONDITION_FAILED: { status: 412, message: 'The resource has changed since you read it' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request body is too large' },
  VALIDATION_FAILED: { status: 422, message: 'Some fields are not valid' },
  MFA_CODE_INVALID: { status: 422, message: 'The code is wrong, too old or already used' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, message: 'This Idempotency-Key was used for a different request' },
  RATE_LIMITED: { status: 429, message: 'Too many requests' },
  INTERNAL_ERROR: { status: 500, message: 'Something went wrong on our side' },
  SERVICE_UNAVAILABLE: { status: 503, message: 'Not available right now' },
} as const

export type ErrorCode = keyof typeof errors
