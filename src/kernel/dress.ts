import type { Allowance } from '#kernel/rate-limit'
import type { Meta } from '#kernel/request'
import { isEventDoor, pingIn } from '#kernel/url'

const SECURITY = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
}
/** Nothing under /api is a page; a browser that shows an answer anyway may run and load nothing. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'"
const EXPOSED =
  'X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, ETag, Retry-After, Location, Idempotency-Replayed'
const ACCEPTED =
  'Authorization, Content-Type, X-Api-Key, X-CSRF-Token, Idempotency-Key, If-Match, If-None-Match, X-Request-Id'

/** What programs ask, in which no page is ever shown. */
export const isApi = (path: string) =>
  path === '/health' || path.startsWith('/api/') || isEventDoor(path) || pingIn(path) !== undefined

/** Other web origins, as configured: what their pages may read and send. */
function share(headers: Headers, request: Request, origins: string[]) {
  if (origins.length === 0) return
  headers.append('vary', 'Origin')
  const origin = request.headers.get('origin')
  if (!origin || !origins.includes(origin)) return
  headers.set('access-control-allow-origin', origin)
  headers.set('access-control-allow-credentials', 'true')
  headers.set('access-control-expose-headers', EXPOSED)
  if (request.method !== 'OPTIONS') return
  headers.set('access-control-allow-methods', 'GET, HEAD, POST, PUT, DELETE')
  headers.set('access-control-allow-headers', ACCEPTED)
  headers.set('access-control-max-age', '600')
}

type About = { request: Request; path: string; meta: Meta; allowance: Allowance; origins: string[] }

/** Puts on an answer what every answer carries: request id, what is left of the rate limit, security headers, CORS. */
export function dress(response: Response, { request, path, meta, allowance, origins }: About): Response {
  // Some answers come with frozen headers (Response.redirect, fetch): copied once, then dressed.
  const dressed = new Response(response.body, response)
  const { headers } = dressed
  headers.set('x-request-id', meta.request_id)
  for (const [name, value] of Object.entries(SECURITY)) if (!headers.has(name)) headers.set(name, value)
  headers.set('x-ratelimit-limit', String(allowance.limit))
  headers.set('x-ratelimit-remaining', String(allowance.remaining))
  headers.set('x-ratelimit-reset', String(allowance.reset_s))
  if (isApi(path)) {
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
    if (!headers.has('content-security-policy')) headers.set('content-security-policy', API_POLICY)
  }
  for (const cookie of meta.cookies) headers.append('set-cookie', cookie)
  share(headers, request, origins)
  return dressed
}
