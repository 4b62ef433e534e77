type Json = Record<string, unknown>

const MEANING: Record<string, string> = {
  200: 'OK',
  201: 'Created',
  204: 'Done; no content',
  302: 'Where the browser goes next',
  303: 'Where the browser goes next',
  304: 'Not changed since If-None-Match',
  400: 'The request cannot be read',
  401: 'Not signed in, or what should prove it is wrong',
  403: 'Not allowed for this role or credential, or CSRF token missing',
  404: 'No such resource',
  409: 'Collides with the current state',
  412: 'Changed since If-Match',
  422: 'Some fields are not valid',
  429: 'Too many requests',
  503: 'Not available right now',
}

export const ErrorSchema = {
  type: 'object',
  required: ['error', 'code', 'details'],
  properties: { error: { type: 'string' }, code: { type: 'string' }, details: { type: 'object' } },
}

/** Answers a browser, not a program: it is sent somewhere else. */
const REDIRECTS = /^\/api\/v1\/(auth\/oauth\/\{provider\}(\/callback)?|oauth\/authorize|sso\/(login|acs\/\{id\}))$/
/** Proves who somebody is, and may fail to. */
const SIGN_IN =
  /^\/api\/v1\/(setup|auth\/(login|register|proxy|passkey|mfa(\/passkey(\/options)?)?|oauth\/apple\/native))$/
/** One thing without an id that may not be there. */
const SINGLE = /^\/api\/v1\/(auth\/invitation|sso\/(login|connection(\/test)?))$/
/** Errors in the words of OAuth (RFC 6749 section 5.2), not in ours. */
const OAUTH = /^\/api\/v1\/oauth\/(token|revoke)$/
const FORM = /^\/api\/v1\/(oauth\/(token|revoke)|auth\/oauth\/\{provider\}\/callback|sso\/acs\/\{id\})$/

const json = (schema: unknown) => ({ 'application/json': { schema } })
const text = { type: 'string' }
const OauthError = { type: 'object', properties: { error: text, error_description: text }, required: ['error'] }

export type About = { path: string; method: string; open: boolean; hasBody: boolean; hasQuery: boolean }

/** Which refusals a caller has to reckon with, from what the route is like. */
function refusalsOf({ path, method, open, hasBody, hasQuery }: About): number[] {
  const unsafe = method !== 'get'
  const signIn = SIGN_IN.test(path) && unsafe
  const named = path.includes('{') || SINGLE.test(path)
  return [
    ...(hasBody ? [400] : []),
    ...(!open || signIn ? [401, 403] : []),
    ...(named ? [404] : []),
    ...(unsafe && (!open || signIn) ? [409] : []),
    ...(!open && (method === 'put' || method === 'delete') ? [412] : []),
    ...(hasBody || hasQuery ? [422] : []),
    429,
    ...(unsafe && path.startsWith('/api/v1/auth/') ? [503] : []),
  ]
}

/** Every answer of a route: what it says of itself (status → schema, nothing when it has no body), and its refusals. */
export function answersOf(about: About, own: [status: string, schema: unknown][]): Json {
  const { path } = about
  const out: Json = {}
  for (const [given, schema] of own) {
    const status = given === '200' && REDIRECTS.test(path) ? (path.endsWith('/sso/login') ? '302' : '303') : given
    out[status] = { description: MEANING[status] ?? 'Answer', ...(schema !== undefined && { content: json(schema) }) }
  }
  if (OAUTH.test(path))
    for (const status of [400, 401]) out[status] = { description: MEANING[status], content: json(OauthError) }
  for (const status of refusalsOf(about))
    out[status] ??= { description: MEANING[status], content: json({ $ref: '#/components/schemas/Error' }) }
  return out
}

/** The body of protocols that send forms; the parameters are theirs to name. */
export const formOf = (path: string, method: string): Json | undefined =>
  FORM.test(path) && method === 'post'
    ? {
        required: true,
        content: { 'application/x-www-form-urlencoded': { schema: { type: 'object', additionalProperties: text } } },
      }
    : undefined
