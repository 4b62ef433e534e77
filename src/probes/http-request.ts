import type { Parts } from '#probes/http-client'
import type { Digest } from '#probes/http-digest'
import type { HttpProxy } from '#probes/http-proxy'
import type { HttpSettings } from '#probes/http-settings'
import { isSensitiveHeader } from '#probes/redact'

/** Value of a header as it may stand on the wire: no line breaks, Latin-1. */
const clean = (value: string) => value.replace(/[\r\n\0]+/g, ' ')

export const basic = (username: string, password: string) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** The path and query of a request as they stand on the wire. */
export const targetOf = ({ pathname, search }: URL) => `${pathname}${search}`

/** What every request of one monitor has in common. */
export type Base = {
  url: URL
  settings: Required<HttpSettings>
  proxy: HttpProxy | undefined
  /** For digest authentication: the challenge that the server gave out last. */
  digest: Digest | undefined
  /** Where connections wait that are reused; absent when each check opens its own. */
  keep_as: string | undefined
}

function authorization({ url, settings, digest }: Base, { method, url: to, token }: Sending): string | undefined {
  const { auth, username = '', password = '' } = settings
  if (auth === 'digest') return digest?.header({ method, uri: targetOf(to), username, password })
  if (auth === 'basic') return basic(username, password)
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

/** One request: what is asked, in which words. */
export function partsOf(plan: Base, sending: Sending): Parts {
  const { settings, proxy } = plan
  const { url, method, trusted, withBody } = sending
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
  if (trusted) set('Authorization', authorization(plan, sending))
  for (const [name, value] of Object.entries(settings.headers ?? {})) {
    if (trusted || !(isSensitiveHeader(name) || name.toLowerCase() === 'host')) set(name, value)
  }
  if (trusted && settings.secret_header_name) set(settings.secret_header_name, settings.secret_header_value)
  set('Connection', plan.keep_as ? 'keep-alive' : 'close')
  for (const framing of ['content-length', 'transfer-encoding']) headers.delete(framing)
  if (body || ['POST', 'PUT', 'PATCH'].includes(method)) set('Content-Length', String(body?.length ?? 0))
  // A plain proxy takes the absolute form (RFC 9112 section 3.2.2) and its own credentials.
  const absolute = proxy?.kind === 'http' && url.protocol === 'http:' && settings.http_version !== '2'
  if (absolute) set('Proxy-Authorization', proxy.authorization)
  const path = `${absolute ? `http://${url.host}` : ''}${targetOf(url)}`
  return { method, path, headers: [...headers.values()], ...(body && { body }) }
}

export type Written = { bytes: Uint8Array; two?: Parts }

/** The request as it is sent: as text, or in parts for HTTP/2. */
export function requestOf(plan: Base, sending: Sending): Written {
  const parts = partsOf(plan, sending)
  if (plan.settings.http_version === '2') return { bytes: NOTHING, two: parts }
  const { method, path, headers, body } = parts
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines}\r\n`, 'latin1')
  return { bytes: body ? Buffer.concat([head, body]) : head }
}

const NOTHING = new Uint8Array()
