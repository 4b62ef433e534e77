import { STATUS_CODES } from 'node:http'
import { daysLeft, expirySentence, firstToEnd } from '#probes/certificate'
import { defineProbe, type Evidence, type Job, type Phases, type Verdict } from '#probes/define'
import type { TlsAsk } from '#probes/dial-tls'
import { Fault, withFacts } from '#probes/fault'
import { decoded, firstFailure } from '#probes/http-assert'
import { checkHttp } from '#probes/http-check'
import { placeOf, roundTrip, type Trip } from '#probes/http-client'
import { type Plan, planOf } from '#probes/http-plan'
import { type HttpAnswer, headerOf } from '#probes/http-reader'
import { requestOf, type Sending, type Written } from '#probes/http-request'
import { type HttpSettings, httpSettings } from '#probes/http-settings'
import { forgetToken, tokenFor } from '#probes/http-token'
import { excerpt, publicHeaders, publicUrl } from '#probes/redact'

type HttpJob = Job<HttpSettings>

/** Up when the last answer has an accepted status and meets every demand on its content. */
export const http = defineProbe({
  type: 'http',
  title: 'Website or API',
  summary: 'Up when the address answers with an accepted status and the expected content.',
  docs: `Sends one request on a new connection and judges the answer: its status, its content, its headers and, for
https, its certificate. Every part of the time is measured: name, connection, TLS, first byte, transfer.

Digest authentication (RFC 7616, MD5 and SHA-256) answers the server's challenge and keeps it for the next check. HTTP/2
is for servers that speak nothing else; for \`http\` addresses it is spoken without asking first. A reused connection
saves handshakes at short intervals: it is kept for at most three minutes of silence and ten minutes in all, so that a
replaced certificate is seen, never used for POST and PATCH, and when the server has closed it meanwhile the request is
sent once more on a new one. A check on it has no time for name, connection and TLS.

A proxy may be \`http://\`, \`socks5://\` (names are resolved here) or \`socks5h://\` (by the proxy).

Redirects are followed by hand; credentials are never sent to another origin. At most 1 MB of the answer is read, and
the first 8 KB are kept as evidence when a check fails, with every configured secret blanked out.

A JSON value is picked with [JMESPath](https://jmespath.org); regular expressions use RE2 syntax, which cannot hang.`,
  takes_url: true,
  settings: httpSettings,
  target: ({ url }) => publicUrl(new URL(url)),
  check: checkHttp,

  async run(job) {
    const plan = planOf(job)
    try {
      const token = plan.settings.auth === 'oauth2' ? await tokenFor(plan, job) : undefined
      const verdict = await attempt(plan, job, token?.value)
      if (verdict.evidence?.status !== 401 || !token || token.fresh) return verdict
      // The token was taken back before its time; one fresh one tells whether the target is at fault.
      forgetToken(plan)
      return await attempt(plan, job, (await tokenFor(plan, job)).value)
    } catch (error) {
      if (error instanceof Fault) error.message = plan.redact()(error.message)
      throw error
    }
  },
})

/** A longer address in the list of redirects is cut. */
const MAX_URL = 2_000
const REDIRECTS = new Set([301, 302, 303, 307, 308])

async function attempt(plan: Plan, job: HttpJob, token: string | undefined): Promise<Verdict> {
  const { settings } = plan
  const started = performance.now()
  const trail: { url: string; status: number }[] = []
  const total: Phases = {}
  let sending: Sending = { url: plan.url, method: settings.method, trusted: true, withBody: true, token }
  let written = token || plan.digest ? requestOf(plan, sending) : plan.first
  let challenged = false
  try {
    for (;;) {
      const trip = await send(plan, job, sending, written)
      add(total, trip.phases)
      if (sending.trusted && trip.answer.status === 401 && !challenged && plan.digest?.learn(trip.answer)) {
        challenged = true
        written = requestOf(plan, sending)
        continue
      }
      const next = settings.follow_redirects ? redirectOf(trip.answer, sending.url) : undefined
      if (!next) return judge(plan, job, trip, { trail, phases: total, time_ms: performance.now() - started })
      trail.push({ url: plan.redact()(publicUrl(sending.url)).slice(0, MAX_URL), status: trip.answer.status })
      if (trail.length > settings.max_redirects) {
        throw new Fault('protocol', `more than ${settings.max_redirects} redirects`)
      }
      sending = { ...redirected(sending, trip.answer.status, next), token }
      written = requestOf(plan, sending)
      challenged = false
    }
  } catch (error) {
    throw withFacts(error, trail.length ? { redirects: trail } : {}, total)
  }
}

/** 303, and by old habit 301 and 302 after POST, turn into GET (RFC 9110 section 15.4). */
function redirected(from: Sending, status: number, url: URL): Sending {
  const toGet = from.method !== 'HEAD' && (status === 303 || (from.method === 'POST' && status < 303))
  return {
    url,
    method: toGet ? 'GET' : from.method,
    withBody: from.withBody && !toGet,
    trusted: from.trusted && url.origin === from.url.origin,
  }
}

function redirectOf(answer: HttpAnswer, base: URL): URL | undefined {
  const location = REDIRECTS.has(answer.status) ? headerOf(answer, 'location') : undefined
  if (!location) return
  const next = URL.parse(Buffer.from(location, 'latin1').toString('utf8'), base.href)
  if (next?.protocol === 'http:' || next?.protocol === 'https:') return next
  throw new Fault('protocol', 'the server redirects to something that is not a web address')
}

function send(plan: Plan, job: HttpJob, { url, method, trusted }: Sending, written: Written): Promise<Trip> {
  const { settings, proxy } = plan
  const tls = placeOf(url).secure ? tlsOf(settings, url, trusted, job) : undefined
  const keep_as = plan.keep_as && `${plan.keep_as} ${url.origin} ${trusted}`
  const request = { ...written, url, head: method === 'HEAD', tls, proxy, family: settings.family, keep_as }
  return roundTrip(request, job.net, job.signal)
}

const ALPN = { auto: ['http/1.1'], '2': ['h2'] }

function tlsOf(settings: Plan['settings'], url: URL, trusted: boolean, { now }: HttpJob): TlsAsk {
  const { verify_tls: verify, ca, client_cert, client_key, min_tls, http_version } = settings
  return {
    host: placeOf(url).host,
    verify,
    now,
    alpn: ALPN[http_version],
    ...(ca && { ca }),
    ...(trusted && client_cert && { cert: client_cert, key: client_key }),
    ...(min_tls !== 'any' && { min_version: min_tls }),
  }
}

function add(total: Phases, hop: Phases) {
  for (const [name, ms] of Object.entries(hop)) {
    const phase = name as keyof Phases
    total[phase] = (total[phase] ?? 0) + ms
  }
}

type Journey = { trail: { url: string; status: number }[]; phases: Phases; time_ms: number }

function judge(plan: Plan, job: HttpJob, { answer, evidence }: Trip, { trail, phases, time_ms }: Journey): Verdict {
  const { settings, ranges } = plan
  const { status } = answer
  const facts: Evidence = { ...evidence, status, ...(trail.length && { redirects: trail }) }
  const words = STATUS_CODES[status] ? `${status} ${STATUS_CODES[status]}` : `status ${status}`
  const measured = { response_time_ms: time_ms, phases }

  const failure = !ranges.some(([low, high]) => status >= low && status <= high)
    ? { reason: 'status' as const, message: words }
    : (firstFailure(plan.assertions, answer) ??
      (settings.max_time_ms > 0 && time_ms > settings.max_time_ms
        ? {
            reason: 'slow' as const,
            message: `answered after ${Math.round(time_ms)} ms, allowed are ${settings.max_time_ms}`,
          }
        : undefined))
  if (failure) {
    const message = plan.redact()(failure.message).slice(0, 300)
    return {
      status: 'down',
      reason: failure.reason,
      message,
      ...measured,
      evidence: { ...facts, ...shown(plan, answer) },
    }
  }
  const warning = certificateWarning(facts, settings.certificate_days, job.now())
  if (warning) return { status: 'degraded', reason: 'certificate', message: warning, ...measured, evidence: facts }
  return { status: 'up', message: words, ...measured, evidence: facts }
}

function certificateWarning({ certificates }: Evidence, days: number, now: number): string | undefined {
  const first = days > 0 && certificates ? firstToEnd(certificates) : undefined
  return first && daysLeft(first, now) < days ? expirySentence(first, now) : undefined
}

/** What the server said, for whoever has to understand a failure. */
const shown = (plan: Plan, answer: HttpAnswer): Evidence => ({
  headers: publicHeaders(answer.headers, plan.redact()),
  body: excerpt(decoded(answer) ?? answer.body, plan.redact()),
})
