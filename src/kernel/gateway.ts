import type { RateClass } from '#contract/rate-limits'
import { readJson } from '#kernel/body'
import { clientAddress } from '#kernel/client-address'
import type { App } from '#kernel/context'
import type { Identity } from '#kernel/credentials'
import { type AppError, fail } from '#kernel/fail'
import { errorBody, refusalOf } from '#kernel/http'
import { claim } from '#kernel/idempotency'
import { requestIdFrom } from '#kernel/ids'
import { type Allowance, createLimiter } from '#kernel/rate-limit'
import { type Meta, remember } from '#kernel/request'
import { routeTable } from '#kernel/routes'
import { sha256 } from '#kernel/secrets'

type Inner = {
  handle: (request: Request) => Promise<Response>
  routes: Parameters<typeof routeTable>[0]
}

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
const unsafe = new Set(['POST', 'PUT', 'DELETE', 'PATCH'])

const isApi = (path: string) => path === '/health' || path.startsWith('/api/')
const jsonOf = (refusal: AppError) =>
  Response.json(errorBody(refusal), { status: refusal.status, headers: refusal.headers })

function rateClassOf(path: string, kind: 'token' | 'cookie' | undefined): RateClass {
  if (/^\/api\/v1\/(auth\/(login|register)|setup)$/.test(path)) return 'auth'
  if (!kind || path.startsWith('/api/v1/public/') || !isApi(path)) return 'public'
  return kind === 'token' ? 'token' : 'session'
}

/**
 * Everything that holds for every answer, also those no route gives (404, 405, 413, 429, 500): request id, client
 * address, rate limit, CORS, body limits, Idempotency-Key, If-Match, ETag and 304, security headers.
 */
export function gateway(app: App, inner: Inner) {
  const table = routeTable(inner.routes)
  const limit = createLimiter(app.clock.now)
  const locks = new Map<string, Promise<unknown>>()

  const etagOf = (text: string) => `"${sha256(text).slice(0, 27)}"`
  const matches = (header: string, tag: string) =>
    header.split(',').some((given) => given.trim() === '*' || given.trim().replace(/^W\//, '') === tag)

  /** One after the other for each path, so that an If-Match cannot become stale between look and write. */
  async function inTurn<T>(path: string, work: () => Promise<T>): Promise<T> {
    const turn = (locks.get(path) ?? Promise.resolve()).then(work, work)
    const quiet = turn.catch(() => {})
    locks.set(path, quiet)
    try {
      return await turn
    } finally {
      if (locks.get(path) === quiet) locks.delete(path)
    }
  }

  async function tagged(request: Request, response: Response): Promise<Response> {
    const json = response.headers.get('content-type')?.startsWith('application/json')
    if (response.status !== 200 || !json || response.headers.has('etag')) return response
    const text = await response.text()
    const headers = new Headers(response.headers)
    const tag = etagOf(text)
    headers.set('etag', tag)
    if (matches(request.headers.get('if-none-match') ?? '', tag)) {
      headers.delete('content-type')
      return new Response(null, { status: 304, headers })
    }
    return new Response(text, { status: 200, headers })
  }

  /** Elysia with what it lacks: 405 instead of 404 where another method exists. */
  async function route(request: Request, path: string, meta: Meta): Promise<Response> {
    remember(request, meta)
    const response = await inner.handle(request)
    if (response.status !== 404 || !isApi(path)) return response
    const methods = table.methods(path)
    if (methods.length === 0 || methods.includes(request.method)) return response
    return jsonOf(fail('METHOD_NOT_ALLOWED', { headers: { allow: methods.join(', ') }, details: { allow: methods } }))
  }

  async function checkIfMatch(request: Request, path: string, meta: Meta) {
    const wanted = request.headers.get('if-match')
    if (!wanted || wanted.trim() === '*') return
    const current = await route(new Request(request.url, { headers: request.headers }), path, meta)
    if (current.status === 200 && !matches(wanted, etagOf(await current.text()))) throw fail('PRECONDITION_FAILED')
  }

  async function write(request: Request, path: string, meta: Meta): Promise<Response> {
    const { text, json } = isApi(path) ? await readJson(request) : { text: '', json: undefined }
    meta.body_faults = table.bodyFaults(request.method, path, json)
    const forward = () =>
      route(
        new Request(request.url, { method: request.method, headers: request.headers, ...(text ? { body: text } : {}) }),
        path,
        meta,
      )
    const act = async () => {
      if (request.method !== 'POST') await checkIfMatch(request, path, meta)
      return forward()
    }
    const given = request.headers.get('idempotency-key')
    const identity = given && request.method !== 'DELETE' ? await meta.identify() : undefined
    const ordered = () => (request.headers.has('if-match') ? inTurn(path, act) : act())
    if (!given || !identity) return ordered()

    const actor = `${identity.tenant.id}:${identity.actor.kind}:${identity.actor.id}`
    const held = await claim(app, { given, actor, method: request.method, path, body: text })
    if (held instanceof Response) return held
    meta.idempotency_key = held.key
    try {
      return await held.finish(await ordered())
    } catch (error) {
      await held.abandon()
      throw error
    }
  }

  async function answer(request: Request, path: string, meta: Meta): Promise<Response> {
    if (request.method === 'OPTIONS') {
      const methods = table.methods(path)
      return new Response(null, { status: 204, headers: { allow: [...methods, 'OPTIONS'].join(', ') } })
    }
    if (unsafe.has(request.method)) return write(request, path, meta)
    if (request.method !== 'HEAD') return tagged(request, await route(request, path, meta))
    const full = await tagged(request, await route(new Request(request.url, { headers: request.headers }), path, meta))
    return new Response(null, { status: full.status, headers: full.headers })
  }

  function finish(request: Request, path: string, response: Response, meta: Meta, allowance: Allowance): Response {
    const { headers } = response
    headers.set('x-request-id', meta.request_id)
    for (const [name, value] of Object.entries(SECURITY)) if (!headers.has(name)) headers.set(name, value)
    headers.set('x-ratelimit-limit', String(allowance.limit))
    headers.set('x-ratelimit-remaining', String(allowance.remaining))
    headers.set('x-ratelimit-reset', String(allowance.reset_s))
    if (isApi(path)) {
      if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
      if (!headers.has('content-security-policy')) headers.set('content-security-policy', API_POLICY)
    }
    if (meta.set_cookie) headers.append('set-cookie', meta.set_cookie)
    const origin = request.headers.get('origin')
    if (app.config.corsOrigins.length > 0) headers.append('vary', 'Origin')
    if (origin && app.config.corsOrigins.includes(origin)) {
      headers.set('access-control-allow-origin', origin)
      headers.set('access-control-allow-credentials', 'true')
      headers.set('access-control-expose-headers', EXPOSED)
      if (request.method === 'OPTIONS') {
        headers.set('access-control-allow-methods', 'GET, HEAD, POST, PUT, DELETE')
        headers.set(
          'access-control-allow-headers',
          'Authorization, Content-Type, X-CSRF-Token, Idempotency-Key, If-Match, If-None-Match, X-Request-Id',
        )
        headers.set('access-control-max-age', '600')
      }
    }
    return response
  }

  return async (request: Request, peer = '127.0.0.1'): Promise<Response> => {
    const path = new URL(request.url).pathname
    const address = clientAddress(peer, request.headers.get('x-forwarded-for'), app.config.trustedProxies)
    const carried = app.credentials.carried(request.headers)
    let identity: Promise<Identity | undefined> | undefined
    const meta: Meta = {
      request_id: requestIdFrom(request.headers.get('x-request-id')),
      address,
      identify: () => {
        identity ??= app.credentials.identify(request.headers).then((found) => {
          meta.set_cookie = found?.set_cookie
          return found
        })
        return identity
      },
    }
    const rateClass = rateClassOf(path, carried?.kind)
    const counted = rateClass === 'token' || rateClass === 'session' ? sha256(carried?.value ?? '') : address
    const guessed = limit('refused', address, 0)
    const allowance = guessed.ok ? limit(rateClass, counted) : guessed

    let response: Response
    try {
      if (!allowance.ok) {
        const wait_s = Math.max(1, allowance.reset_s - Math.floor(app.clock.now() / 1000))
        throw fail('RATE_LIMITED', { headers: { 'retry-after': String(wait_s) }, details: { retry_after_s: wait_s } })
      }
      response = await answer(request, path, meta)
      if (response.status === 401 && carried) limit('refused', address)
    } catch (error) {
      response = jsonOf(
        refusalOf(error, 'UNKNOWN', (bug) =>
          app.log.error('a request failed', { error: bug, path, request_id: meta.request_id }),
        ),
      )
    }
    // Some answers come with frozen headers (Response.redirect, fetch): copy once, then dress.
    return finish(request, path, new Response(response.body, response), meta, allowance)
  }
}
