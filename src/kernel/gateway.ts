import { PING_BODY_LIMIT } from '#contract/heartbeats'
import { type RateClass, rateLimits } from '#contract/rate-limits'
import {
  isForm,
  MAX_BODY_BYTES,
  MAX_BULKY_BODY_BYTES,
  MAX_STRANGERS_BODY_BYTES,
  readForm,
  readJson,
  readStart,
} from '#kernel/body'
import { clientAddress, subscriberOf } from '#kernel/client-address'
import type { App } from '#kernel/context'
import type { Identity } from '#kernel/credentials'
import { dress, isApi } from '#kernel/dress'
import { etagOf, namesTag, tagged } from '#kernel/etag'
import { type AppError, fail } from '#kernel/fail'
import { errorBody, refusalOf } from '#kernel/http'
import { claim } from '#kernel/idempotency'
import { requestIdFrom } from '#kernel/ids'
import { type Allowance, createLimiter } from '#kernel/rate-limit'
import { type Meta, remember } from '#kernel/request'
import { routeTable } from '#kernel/routes'
import { sha256 } from '#kernel/secrets'
import { isEventDoor, isMissed, isReadable, loggable, type PingPath, pingIn, pushKeyIn, urlOf } from '#kernel/url'

type Inner = {
  handle: (request: Request) => Promise<Response>
  routes: Parameters<typeof routeTable>[0]
}
/** The one path that does not answer but stays open: `upgrade` takes the connection over, or refuses by throwing. */
type Live<Server> = {
  path: string
  upgrade: (request: Request, url: URL, address: string, server: Server) => Promise<void>
}

/** Of jobs that were heard, so many are remembered. */
const MOST_HEARD = 100_000

const unsafe = new Set(['POST', 'PUT', 'DELETE', 'PATCH'])

const jsonOf = (refusal: AppError) =>
  Response.json(errorBody(refusal), { status: refusal.status, headers: refusal.headers })

function tooMany({ reset_s }: Allowance, now: number): AppError {
  const wait_s = Math.max(1, reset_s - Math.floor(now / 1000))
  return fail('RATE_LIMITED', { headers: { 'retry-after': String(wait_s) }, details: { retry_after_s: wait_s } })
}

/** Where a password, a code or a token from a mail could be guessed. */
const GUESSABLE =
  /^\/api\/v1\/(setup|auth\/(login|register|mfa(\/passkey)?|passkey|proxy|verify-email|password-reset(\/confirm)?|oauth\/apple\/native))\/?$/
/** What strangers ask, or programs with a credential of another kind: counted by address. */
const OPEN =
  /^\/(health|\.well-known\/|api\/v1\/(public\/|calendar\/|setup|auth\/(config|invitation|mfa|oauth|passkey)|oauth\/(token|revoke)|sso\/(login|acs|metadata)|openapi\.json))/
/** Protocols that send forms, not JSON: RFC 6749, Sign in with Apple, SAML. */
const FORMS = /^\/api\/v1\/(oauth\/(token|revoke)|auth\/oauth\/[^/]+\/callback|sso\/acs(\/[^/]+)?)\/?$/

/** What jobs report is bytes of any kind; an agent tells of its run in JSON, as everywhere. */
const isRaw = ({ door, parts }: PingPath) => door !== '/api/v1/hb' || parts.length !== 2 || parts[1] !== 'run'
const REPORTING = ['GET', 'HEAD', 'POST', 'PUT']

/** What takes a thousand things at once. */
const BULKY = /^\/api\/v1\/(monitors\/import|probers\/results)\/?$/
/** What is signed as a whole. */
const SIGNED = /^\/api\/v1\/probers\/results\/?$/

/** Pictures for other pages, each with a query behind it. */
const BADGES = /^\/(badge|b)\//

function rateClassOf(method: string, path: string, kind: 'token' | 'cookie' | undefined): RateClass {
  if (method === 'POST' && GUESSABLE.test(path)) return 'auth'
  if (BADGES.test(path)) return 'public'
  if (isEventDoor(path) && method !== 'OPTIONS') return 'events'
  if (!isApi(path) || method === 'OPTIONS') return 'files'
  if (pushKeyIn(path) !== undefined || pingIn(path)) return 'ping'
  // What needs no credential is counted by address, or an invented one would be a fresh share each time.
  if (!kind || OPEN.test(path)) return 'public'
  return kind === 'token' ? 'token' : 'session'
}

/**
 * Everything that holds for every answer, also those no route gives (404, 405, 413, 429, 500): request id, client
 * address, rate limit, CORS, body limits, Idempotency-Key, If-Match, ETag and 304, security headers.
 */
export function gateway<Server>(app: App, inner: Inner, live: Live<Server>) {
  const table = routeTable(inner.routes)
  const limit = createLimiter(app.clock.now)
  // Of their own: invented keys must not push out the counters of everybody else.
  const limitReports = createLimiter(app.clock.now)
  /** What was reported by and led somewhere, by slug or by name. */
  const heard = new Set<string>()
  const locks = new Map<string, Promise<unknown>>()

  function remembered(counted: string, status: number) {
    if (status !== 404 && status >= 300) return
    heard.delete(counted)
    if (status < 300) heard.add(counted)
    if (heard.size > MOST_HEARD) heard.delete(heard.keys().next().value ?? '')
  }

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
    // What cannot be read has no tag that could match (RFC 9110 section 13.1.1); who may not read hears that instead.
    const unreadable = current.status === 405 && (await meta.identify()) !== undefined
    const stale = current.status === 200 && !namesTag(wanted, etagOf(await current.text()))
    // A PUT may make what is not there yet, and nothing that is not there has this tag.
    const absent = current.status === 404 && request.method === 'PUT'
    if (stale || unreadable || absent) throw fail('PRECONDITION_FAILED')
  }

  async function write(request: Request, path: string, meta: Meta): Promise<Response> {
    const most = BULKY.test(path) ? MAX_BULKY_BODY_BYTES : MAX_BODY_BYTES
    const limit = (await meta.identify()) ? most : MAX_STRANGERS_BODY_BYTES
    if (FORMS.test(path) || (pushKeyIn(path) !== undefined && isForm(request))) {
      meta.form = await readForm(request)
      return route(new Request(request.url, { method: request.method, headers: request.headers }), path, meta)
    }
    const { text, json } = isApi(path) ? await readJson(request, limit) : { text: '', json: undefined }
    if (SIGNED.test(path)) meta.text = text
    meta.body_faults = table.bodyFaults(request.method, path, json)
    const forward = () => {
      const headers = new Headers(request.headers)
      // However the type was spelled (case, parameters, `+json`), it was read as JSON; the framework knows one spelling.
      if (text) headers.set('content-type', 'application/json')
      const body = text ? { body: text } : {}
      return route(new Request(request.url, { method: request.method, headers, ...body }), path, meta)
    }
    const act = async () => {
      if (request.method !== 'POST') await checkIfMatch(request, path, meta)
      return forward()
    }
    const given = request.headers.get('idempotency-key')
    const identity = given && request.method !== 'DELETE' ? await meta.identify() : undefined
    const ordered = () => (request.headers.has('if-match') ? inTurn(path, act) : act())
    if (!given || !identity) return ordered()

    // With the scope: what may do less must not be shown what something of the same person that may do more was answered.
    const { kind, id, scope, resources = [], mfa = false, bound = false } = identity.actor
    const actor = `${identity.tenant.id}:${kind}:${id}:${[scope, ...resources, mfa, bound].join()}`
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

  /** Nothing that a job says is read as a form, as JSON or as a page; and what it is answered is new each time. */
  async function report(request: Request, { door, bare }: PingPath, meta: Meta): Promise<Response> {
    const { method, headers } = request
    if (!REPORTING.includes(method)) {
      const allow = REPORTING.join(', ')
      throw fail('METHOD_NOT_ALLOWED', { headers: { allow }, details: { allow: REPORTING } })
    }
    meta.ping = { method, bare, ...(await readStart(request, PING_BODY_LIMIT)) }
    const url = new URL(request.url)
    if (bare) url.pathname = `${door}${url.pathname}`
    const asked =
      bare || method === 'HEAD' ? new Request(url, { method: method === 'HEAD' ? 'GET' : method, headers }) : request
    const response = await route(asked, url.pathname, meta)
    return method === 'HEAD' ? new Response(null, response) : response
  }

  /** What other programs tell is theirs to word: whoever is behind the door reads it, and answers as they know it. */
  async function event(request: Request, path: string, meta: Meta): Promise<Response> {
    const { method, headers } = request
    const methods = table.methods(path)
    if (methods.length === 0) throw fail('NOT_FOUND')
    if (!methods.includes(method))
      throw fail('METHOD_NOT_ALLOWED', { headers: { allow: methods.join(', ') }, details: { allow: methods } })
    meta.event = (await readStart(request, MAX_BODY_BYTES)).body
    return route(new Request(request.url, { method, headers }), path, meta)
  }

  async function answer(request: Request, path: string, meta: Meta): Promise<Response> {
    // What the framework writes for itself: a raw description, and a page that loads its scripts from elsewhere.
    if (path.startsWith('/api/_') || isMissed(path)) throw fail('NOT_FOUND')
    const ping = pingIn(path)
    const raw = ping !== undefined && isRaw(ping)
    if (raw && request.method !== 'OPTIONS') return report(request, ping, meta)
    if (request.method === 'OPTIONS') {
      const methods = raw ? REPORTING : table.methods(path)
      if (methods.length === 0 && isApi(path)) throw fail('NOT_FOUND')
      return new Response(null, { status: 204, headers: { allow: [...methods, 'OPTIONS'].join(', ') } })
    }
    if (isEventDoor(path) && request.method !== 'HEAD') return event(request, path, meta)
    if (unsafe.has(request.method)) return write(request, path, meta)
    if (request.method !== 'HEAD') return tagged(request, await route(request, path, meta))
    const full = await tagged(request, await route(new Request(request.url, { headers: request.headers }), path, meta))
    const headers = new Headers(full.headers)
    headers.set('content-length', String((await full.arrayBuffer()).byteLength))
    return new Response(null, { status: full.status, headers })
  }

  async function refusing(request: Request, path: string, meta: Meta, work: () => Promise<Response | undefined>) {
    try {
      return await work()
    } catch (error) {
      const onBug = (bug: unknown) =>
        app.log.error('a request failed', {
          ...{ error: bug, path: loggable(path), method: request.method, request_id: meta.request_id },
        })
      return jsonOf(refusalOf(error, 'UNKNOWN', onBug))
    }
  }

  /** Answers every request; nothing only when `server` was given and took the connection over for live updates. */
  return async (given: Request, peer = '127.0.0.1', server?: Server): Promise<Response | undefined> => {
    const url = urlOf(given)
    // Whoever reads the address later (the router takes it apart by itself) reads what was judged here.
    const request = url && url.href !== given.url ? new Request(url, given) : given
    const path = url?.pathname ?? '/api/'
    const upgrading = server !== undefined && path === live.path
    const address = clientAddress(peer, request.headers.get('x-forwarded-for'), app.config.trustedProxies)
    const queryToken = upgrading ? url?.searchParams.get('token') : undefined
    const carried = app.credentials.carried(request.headers, queryToken)
    let identity: Promise<Identity | undefined> | undefined
    const meta: Meta = {
      request_id: requestIdFrom(request.headers.get('x-request-id')),
      address,
      peer,
      cookies: [],
      identify: () => {
        identity ??= app.credentials.identify(request.headers, { address, queryToken }).then((found) => {
          if (found?.set_cookie) meta.cookies.push(found.set_cookie)
          return found
        })
        return identity
      },
    }
    const rateClass = rateClassOf(request.method, path, carried?.kind)
    const subscriber = subscriberOf(address)
    const ping = pingIn(path)
    const credential = rateClass === 'ping' ? (ping?.subject ?? pushKeyIn(path)) : carried?.value
    const counted = rateLimits[rateClass].per === 'credential' ? sha256(credential ?? '') : subscriber
    const guesses = limit('refused', subscriber, 0)
    let allowance = guesses

    const response = await refusing(request, path, meta, async () => {
      // Somebody behind this address guesses; whoever proves to be known is not locked out along with them. The others
      // get no counters of their own: inventing credentials would push out those of everybody else.
      // Reports are counted by address as well: an invented key would be a fresh share each time. A thousand jobs may
      // report through one address: of theirs, those count that lead to nothing, and what is known is let in anyway.
      if (rateClass === 'ping') {
        const crowd = limit('pings', subscriber, ping ? 0 : 1)
        const known = crowd.ok || (ping !== undefined && (heard.has(counted) || app.engine.heartbeats.knows(counted)))
        allowance = known ? limitReports('ping', counted) : crowd
      } else if (rateClass === 'events') allowance = limit(rateClass, subscriber)
      else if (guesses.ok || !carried || (await meta.identify())) allowance = limit(rateClass, counted)
      if (!allowance.ok) throw tooMany(allowance, app.clock.now())
      if (!url) throw fail('BAD_REQUEST', { message: 'The Host header is not the name of a host' })
      if (!isReadable(path)) throw fail('NOT_FOUND')
      return upgrading ? live.upgrade(request, url, address, server).then(() => undefined) : answer(request, path, meta)
    })
    if (!response) return undefined
    if (response.status === 401 && carried) limit('refused', subscriber)
    if (response.status === 404 && ping) limit('pings', subscriber)
    if (ping && request.method !== 'OPTIONS') remembered(counted, response.status)
    return dress(response, { request, path, meta, allowance, origins: app.config.corsOrigins })
  }
}
