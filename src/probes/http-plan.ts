import type { Probe } from '#probes/define'
import { filled } from '#probes/fields'
import { assertionsOf } from '#probes/http-assert'
import { type HttpProxy, placeOf } from '#probes/http-client'
import { type HttpSettings, httpSettings } from '#probes/http-settings'
import { isSensitiveHeader, type Redact, redactor } from '#probes/redact'

export type Ranges = [low: number, high: number][]

/** Everything about one monitor's request that does not change between checks. */
export type Plan = {
  url: URL
  source: string
  settings: Required<HttpSettings>
  ranges: Ranges
  assertions: ReturnType<typeof assertionsOf>
  proxy: HttpProxy | undefined
  /** The first request, complete unless a token has to be fetched. */
  bytes: Uint8Array
  redact: () => Redact
}

export const rangesOf = (accepted: string): Ranges =>
  accepted.split(',').map((part): [number, number] => {
    const [low = '', high = low] = part.split('-')
    return [Number(low), Number(high)]
  })

/** Value of a header as it may stand on the wire: no line breaks, Latin-1. */
const clean = (value: string) => value.replace(/[\r\n\0]+/g, ' ')

const basic = (username: string, password: string) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

function authorization({ url, settings }: Pick<Plan, 'url' | 'settings'>, token?: string): string | undefined {
  const { auth, username, password } = settings
  if (auth === 'basic') return basic(username ?? '', password ?? '')
  if (auth === 'bearer') return `Bearer ${settings.token ?? ''}`
  if (auth === 'oauth2') return token && `Bearer ${token}`
  if (url.username || url.password) return basic(decodeURIComponent(url.username), decodeURIComponent(url.password))
}

export type Sending = {
  url: URL
  method: string
  /** False after a redirect to another origin: no credentials, no cookies, no secret header. */
  trusted: boolean
  withBody: boolean
  token?: string
}

/** The bytes of one request. */
export function requestBytes(plan: Pick<Plan, 'url' | 'settings' | 'proxy'>, sending: Sending): Uint8Array {
  const { settings, proxy } = plan
  const { url, method, trusted, withBody, token } = sending
  const headers = new Map<string, [name: string, value: string]>()
  const set = (name: string, value: string | undefined) => {
    if (value) headers.set(name.toLowerCase(), [name, clean(value)])
  }
  set('Host', url.host)
  set('User-Agent', 'Mozilla/5.0 (compatible; Xinex monitoring)')
  set('Accept', '*/*')
  set('Accept-Encoding', 'identity')
  const body = withBody && settings.body ? Buffer.from(settings.body) : undefined
  if (body) set('Content-Type', settings.content_type)
  if (trusted) set('Authorization', authorization(plan, token))
  for (const [name, value] of Object.entries(settings.headers ?? {})) {
    if (trusted || !(isSensitiveHeader(name) || name.toLowerCase() === 'host')) set(name, value)
  }
  if (trusted && settings.secret_header_name) set(settings.secret_header_name, settings.secret_header_value)
  set('Connection', 'close')
  for (const framing of ['content-length', 'transfer-encoding']) headers.delete(framing)
  if (body || ['POST', 'PUT', 'PATCH'].includes(method)) set('Content-Length', String(body?.length ?? 0))
  // A plain proxy takes the absolute form (RFC 9112 section 3.2.2) and its own credentials.
  const absolute = proxy && url.protocol === 'http:'
  if (absolute) set('Proxy-Authorization', proxy.authorization)
  const target = `${absolute ? `http://${url.host}` : ''}${url.pathname}${url.search}`
  const lines = [...headers.values()].map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`, 'latin1')
  return body ? Buffer.concat([head, body]) : head
}

function proxyOf({ proxy_url, proxy_username, proxy_password }: HttpSettings): HttpProxy | undefined {
  if (!proxy_url) return
  const url = new URL(proxy_url)
  const authorization = proxy_username ? basic(proxy_username, proxy_password ?? '') : undefined
  const { host, port } = placeOf(url)
  return { host, port, authorization }
}

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

const plans = new WeakMap<object, Plan>()

/** The plan of a monitor, made once per settings object; a changed URL makes a new one. */
export function planOf({ url: source, settings: given }: Parameters<Probe<typeof httpSettings>['target']>[0]): Plan {
  const known = plans.get(given)
  if (known?.source === source) return known
  const url = new URL(source)
  const settings = filled(httpSettings, given)
  const proxy = proxyOf(settings)
  const sending = { url, method: settings.method, trusted: true, withBody: true }
  let redact: Redact | undefined
  const plan: Plan = {
    url,
    source,
    settings,
    ranges: rangesOf(settings.accepted_status),
    assertions: assertionsOf(settings),
    proxy,
    bytes: requestBytes({ url, settings, proxy }, sending),
    redact: () => (redact ??= redactor(secretsOf(url, settings))),
  }
  plans.set(given, plan)
  return plan
}
