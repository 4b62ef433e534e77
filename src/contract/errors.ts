/** Every error code the API can answer with. The docs page and tests are generated from this table. */
export const errors = {
  BAD_REQUEST: { status: 400, message: 'The request cannot be read' },
  UNAUTHORIZED: { status: 401, message: 'Sign in or send a valid token' },
  FORBIDDEN: { status: 403, message: 'Your role does not allow this' },
  CSRF_TOKEN_INVALID: { status: 403, message: 'The X-CSRF-Token header is missing or does not belong to this session' },
  NOT_FOUND: { status: 404, message: 'No such resource' },
  METHOD_NOT_ALLOWED: { status: 405, message: 'This path does not take that method' },
  CONFLICT: { status: 409, message: 'This collides with the current state' },
  PRECONDITION_FAILED: { status: 412, message: 'The resource has changed since you read it' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request body is too large' },
  VALIDATION_FAILED: { status: 422, message: 'Some fields are not valid' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, message: 'This Idempotency-Key was used for a different request' },
  RATE_LIMITED: { status: 429, message: 'Too many requests' },
  INTERNAL_ERROR: { status: 500, message: 'Something went wrong on our side' },
  SERVICE_UNAVAILABLE: { status: 503, message: 'Not available right now' },
} as const

export type ErrorCode = keyof typeof errors
