import { type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { type Answer, DeliveryError, type Post, type PostInit } from '#channels/define'
import { addressesOf, unreachable } from '#channels/dial'
import { quoted, secretsIn } from '#channels/text'
import { systemClock } from '#kernel/clock'
import type { Net } from '#kernel/net'

const ANSWER_BYTES = 64 * 1024
const LONGEST_WAIT_S = 3600

type Options = {
  timeout_ms?: number
  /** Extra trusted authority (PEM); NODE_EXTRA_CA_CERTS does the same for the whole process. */
  ca?: string
  now?: () => number
  /** What no answer may be quoted with, whatever is sent where: see `actionKeys`. */
  hidden?: string[]
}

/**
 * Sends under the address policy: the name is looked up once, and the connection goes to just that address, while the
 * certificate is still checked against the name. Not `fetch`: Bun's would hand the request to HTTP(S)_PROXY and so let
 * the proxy look the name up again, past the policy. Redirects are not followed, for the same reason.
 */
export const postWith =
  (net: Net, { timeout_ms = 10_000, ca, now = systemClock.now, hidden = [] }: Options = {}): Post =>
  async (url, { method = 'POST', headers = {}, expect = [], secrets = [], ...content }) => {
    const target = parsed(url)
    const signal = AbortSignal.timeout(timeout_ms)
    const late = new DeliveryError(`${target.host} did not answer within ${timeout_ms / 1000} s.`, 'retry')
    const given = { ...credentials(target), ...lower(headers) }
    const { type, body } = contentOf(content)
    const all = { ...(type && { 'content-type': type }), 'user-agent': 'Xinex', ...given }
    const answer = await orLate(signal, late, async () => {
      const addresses = await addressesOf(net, target.hostname, signal)
      return exchange(target, { method, headers: all, body, addresses, ca, signal })
    })
    if ((answer.status >= 200 && answer.status < 300) || expect.includes(answer.status)) return answer
    throw refusal(url, answer, {
      now,
      secrets: [...hidden, ...secretsIn(url, given), ...secrets.flatMap((key) => key ?? [])],
    })
  }

/** Without any content nothing is said about its type either: a GET has none. */
function contentOf({ json, form, body }: PostInit): { type?: string; body: string | Uint8Array } {
  if (form) return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(form).toString() }
  if (body === undefined && json === undefined) return { body: '' }
  return { type: 'application/json', body: body ?? JSON.stringify(json) }
}

/**
 * What a provider's refusal means. 429, 408 and 5xx pass; 401, 403, 404 and 410 say that the address or the key is no
 * longer good, which only a person can mend; any other answer would be the same for this message each time.
 */
export function refusal(
  url: string,
  answer: Answer,
  { now = systemClock.now, secrets = secretsIn(url) } = {},
): DeliveryError {
  const { host } = new URL(url)
  const { status } = answer
  if (status >= 300 && status < 400)
    return new DeliveryError(
      `${host} answered ${status}, a redirect, which is not followed: enter the final address.`,
      'give-up',
    )
  const reason = quoted(reasonIn(answer), secrets)
  const message = `${host} answered ${status}${reason && `: ${reason}`}`
  if (status === 429 || status === 408 || status >= 500)
    return new DeliveryError(message, 'retry', waitOf(answer, now()))
  return new DeliveryError(message, [401, 403, 404, 410].includes(status) ? 'disable' : 'give-up')
}

function parsed(url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined
  if (target?.protocol === 'https:' || target?.protocol === 'http:') return target
  throw new DeliveryError('The address does not start with https:// or http://.', 'disable')
}

const lower = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** `https://user:password@host/` means basic authentication, as in curl. */
function credentials({ username, password }: URL): Record<string, string> {
  if (!username && !password) return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

/** Runs the work; the deadline ends it even where the work itself cannot be interrupted. */
function orLate<T>(signal: AbortSignal, late: Error, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(late), { once: true })
    work().then(resolve, reject)
  })
}

type Exchange = {
  method: string
  headers: Record<string, string>
  body: string | Uint8Array
  addresses: string[]
  ca?: string
  signal: AbortSignal
}

function exchange(url: URL, { method, headers, body, addresses, ca, signal }: Exchange): Promise<Answer> {
  const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  const pinned: LookupFunction = (_host, { all: wantsAll }, done) =>
    wantsAll ? done(null, all) : done(null, all[0]!.address, all[0]!.family)
  const options: RequestOptions & { ca?: string } = {
    method,
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    lookup: pinned,
    agent: false,
    signal,
    ...(ca && { ca }),
  }
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => reject(unreachable(url.host, cause))
    const bare = new URL(url)
    bare.username = bare.password = ''
    const req = (url.protocol === 'https:' ? requestHttps : requestHttp)(bare, options, (res) => {
      const chunks: Buffer[] = []
      let size = 0
      const finish = () => resolve(answerOf(res.statusCode ?? 0, res.rawHeaders, chunks))
      res.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size < ANSWER_BYTES) return
        finish()
        req.destroy()
      })
      res.on('end', finish)
      res.on('error', fail)
    })
    req.on('error', fail)
    req.end(body)
  })
}

function answerOf(status: number, rawHeaders: string[], chunks: Buffer[]): Answer {
  const headers = new Headers()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.append(rawHeaders[i]!, rawHeaders[i + 1]!)
  const text = Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString()
  return { status, headers, text, json: () => parseOr(text) }
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** One field of an answer whose shape nobody guarantees. */
export const fieldOf = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>(
    // Safe: only reached for objects, and any property of an object may be read as unknown.
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    value,
  )

/** Where providers explain themselves: Telegram, ntfy, Discord, Gotify, Google, Pushover and PagerDuty, Jira. */
const REASONS = [['description'], ['error'], ['message'], ['error', 'message'], ['errors', '0'], ['errorMessages', '0']]

/** The provider's own words, or a short plain text (Slack). */
function reasonIn({ json, text, headers }: Answer): string {
  const said = json()
  // Gotify's `error` is only the name of the status; its description says what happened.
  const from = fieldOf(said, 'errorDescription') ? [['errorDescription']] : REASONS
  for (const path of from) {
    const value = fieldOf(said, ...path)
    if (typeof value === 'string' && value) return value
  }
  return headers.get('content-type')?.startsWith('text/plain') && text.length <= 160 ? text : ''
}

/** Seconds to wait: Retry-After as number or date, else the JSON of Discord (`retry_after`), Telegram (`parameters`) and Matrix (milliseconds). */
function waitOf({ headers, json }: Answer, now: number): number | undefined {
  const body = json()
  const header = headers.get('retry-after')
  const said = header ?? fieldOf(body, 'retry_after') ?? fieldOf(body, 'parameters', 'retry_after')
  const ms = said === undefined ? fieldOf(body, 'retry_after_ms') : undefined
  if (typeof ms === 'number') return bounded(ms / 1000)
  if (said === undefined || said === '') return
  return bounded(Number.isFinite(Number(said)) ? Number(said) : (Date.parse(String(said)) - now) / 1000)
}

const bounded = (seconds: number) => (seconds > 0 ? Math.min(Math.ceil(seconds), LONGEST_WAIT_S) : undefined)
