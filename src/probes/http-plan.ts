import type { Probe } from '#probes/define'
import { filled, perSettings } from '#probes/fields'
import { assertionsOf } from '#probes/http-assert'
import { placeOf } from '#probes/http-client'
import { Digest } from '#probes/http-digest'
import type { HttpProxy } from '#probes/http-proxy'
import { type Base, basic, partsOf, requestOf, targetOf, type Written } from '#probes/http-request'
import { type HttpSettings, httpSettings } from '#probes/http-settings'
import { isSensitiveHeader, type Redact, redactor } from '#probes/redact'

type Ranges = [low: number, high: number][]

/** Everything about one monitor's request that does not change between checks. */
export type Plan = Base & {
  source: string
  ranges: Ranges
  assertions: ReturnType<typeof assertionsOf>
  /** The first request, complete unless a token has to be fetched or a challenge answered. */
  first: Written
  redact: () => Redact
}

export const rangesOf = (accepted: string): Ranges =>
  accepted.split(',').map((part): [number, number] => {
    const [low = '', high = low] = part.split('-')
    return [Number(low), Number(high)]
  })

const DEFAULT_PORTS = { http: 80, socks5: 1080, socks5h: 1080 }

function proxyOf({ proxy_url, proxy_username, proxy_password }: HttpSettings): HttpProxy | undefined {
  if (!proxy_url) return
  const url = new URL(proxy_url)
  // Safe: checkHttp refuses other schemes.
  const kind = url.protocol.slice(0, -1) as HttpProxy['kind']
  const { host } = placeOf(url)
  const port = Number(url.port) || DEFAULT_PORTS[kind]
  if (!proxy_username) return { kind, host, port }
  const password = proxy_password ?? ''
  return { kind, host, port, username: proxy_username, password, authorization: basic(proxy_username, password) }
}

/** A request that may be sent twice without harm (RFC 9110 section 9.2.2): only such are sent on a used connection. */
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])
let numbers = 0

const userinfo = ({ username, password }: URL) =>
  username || password
    ? [decodeURIComponent(password), `${decodeURIComponent(username)}:${decodeURIComponent(password)}`]
    : []

/** Everything configured that must never be shown; a token fetched later is added by the caller. */
function secretsOf(url: URL, settings: HttpSettings): (string | undefined)[] {
  const headers = Object.entries(settings.headers ?? {}).filter(([name]) => isSensitiveHeader(name))
  const { username, password, proxy_username, proxy_password } = settings
  return [
    password,
    password && `${username ?? ''}:${password}`,
    settings.token,
    settings.oauth_client_secret,
    settings.secret_header_value,
    proxy_password,
    proxy_password && `${proxy_username ?? ''}:${proxy_password}`,
    settings.client_key,
    ...userinfo(url),
    ...headers.flatMap(([, value]) => [value, value.replace(/^\w+\s+/, '')]),
  ]
}

/** Reused connections, a token, what a server demanded last: they belong to one monitor and outlive a check. */
const hasMemory = ({ auth, reuse_connection }: Plan['settings']) =>
  reuse_connection || auth === 'digest' || auth === 'oauth2'

/** What follows from the settings alone. Thousands of monitors have the same ones, so it is held once for all of them. */
type Common = Pick<Plan, 'settings' | 'ranges' | 'assertions' | 'proxy'> & {
  /** The lines of the first request that are the same wherever it goes: all but the first two. */
  lines: string | undefined
}
const commons = new Map<string, Common>()
/** Different settings remembered; monitors that are being checked keep theirs anyway. */
const MOST_COMMON = 2_000

function linesOf(settings: Plan['settings']): string | undefined {
  const plain = settings.http_version !== '2' && !settings.proxy_url && !settings.body && !hasMemory(settings)
  if (!plain || Object.keys(settings.headers ?? {}).some((name) => name.toLowerCase() === 'host')) return undefined
  if (settings.secret_header_name?.toLowerCase() === 'host') return undefined
  const base = { url: ANYWHERE, settings, proxy: undefined, digest: undefined, keep_as: undefined }
  const sending = { url: ANYWHERE, method: settings.method, trusted: true, withBody: true }
  const { headers } = partsOf(base, sending)
  return headers.flatMap(([name, value]) => (name === 'Host' ? [] : [`${name}: ${value}\r\n`])).join('')
}
const ANYWHERE = new URL('http://localhost/')

const commonOf = perSettings((given: HttpSettings): Common => {
  const key = JSON.stringify(given)
  const known = commons.get(key)
  if (known) return known
  const settings = filled(httpSettings, given)
  const { accepted_status } = settings
  const made = {
    settings,
    ranges: rangesOf(accepted_status),
    assertions: assertionsOf(settings),
    proxy: proxyOf(settings),
    lines: linesOf(settings),
  }
  if (commons.size >= MOST_COMMON) commons.clear()
  commons.set(key, made)
  return made
})

const plans = new WeakMap<object, Plan>()
/**
 * The plan of one check. Writing the request anew costs a few microseconds, keeping it kilobytes a monitor; only what has
 * to be remembered between checks is kept, by settings object, and a changed URL makes a new one.
 */
export function planOf({ url: source, settings: given }: Parameters<Probe<typeof httpSettings>['target']>[0]): Plan {
  const known = plans.get(given)
  if (known?.source === source) return known
  const { settings, ranges, assertions, proxy, lines } = commonOf(given)
  const url = new URL(source)
  const sending = { url, method: settings.method, trusted: true, withBody: true }
  const digest = settings.auth === 'digest' ? new Digest() : undefined
  const reuses = settings.reuse_connection && settings.http_version !== '2' && REPEATABLE.has(settings.method)
  const keep_as = reuses ? String(++numbers) : undefined
  let redact: Redact | undefined
  const plan: Plan = {
    ...{ url, source, settings, ranges, assertions, proxy, digest, keep_as },
    first:
      lines !== undefined && !url.username && !url.password
        ? {
            bytes: Buffer.from(
              `${settings.method} ${targetOf(url)} HTTP/1.1\r\nHost: ${url.host}\r\n${lines}\r\n`,
              'latin1',
            ),
          }
        : requestOf({ url, settings, proxy, digest, keep_as }, sending),
    redact: () => (redact ??= redactor(secretsOf(url, settings))),
  }
  if (hasMemory(settings)) plans.set(given, plan)
  return plan
}
