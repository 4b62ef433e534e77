import { validateHeaderName } from 'node:http'
import type { WebsocketSettings } from '#probes/websocket-settings'

/** What the handshake itself says; a person cannot say it differently (RFC 6455 section 4.1). */
const OWN = /^(host|connection|upgrade|origin|sec-websocket-.*|content-length|transfer-encoding)$/i

const isName = (name: string) => {
  try {
    validateHeaderName(name)
    return true
  } catch {
    return false
  }
}

const nameProblem = (name: string) => {
  if (!isName(name)) return `“${name}” is not a header name`
  return OWN.test(name) ? `“${name}” is part of the handshake itself` : undefined
}

export function checkHeaders({ headers, secret_header_name }: WebsocketSettings): Record<string, string> {
  const problem = Object.keys(headers ?? {})
    .map(nameProblem)
    .find((it) => it !== undefined)
  const secret = secret_header_name ? nameProblem(secret_header_name) : undefined
  return {
    ...(problem && { 'settings.headers': problem }),
    ...(secret && { 'settings.secret_header_name': secret }),
  }
}

/** Value of a header as it may stand on the wire: no line breaks, Latin-1. */
const clean = (value: string) => value.replace(/[\r\n\0]+/g, ' ')

type Asked = Pick<
  WebsocketSettings,
  'headers' | 'origin' | 'subprotocol' | 'secret_header_name' | 'secret_header_value'
>

/** The client's half of the handshake. */
export function handshakeBytes(asked: Asked, url: URL, key: string): Uint8Array {
  const lines = new Map<string, string>()
  const set = (name: string, value: string | undefined) => {
    if (value) lines.set(name.toLowerCase(), `${name}: ${clean(value)}\r\n`)
  }
  set('User-Agent', 'Mozilla/5.0 (compatible; Xinex monitoring)')
  for (const [name, value] of Object.entries(asked.headers ?? {})) set(name, value)
  if (asked.secret_header_name) set(asked.secret_header_name, asked.secret_header_value)
  set('Host', url.host)
  set('Connection', 'Upgrade')
  set('Upgrade', 'websocket')
  set('Sec-WebSocket-Version', '13')
  set('Sec-WebSocket-Key', key)
  set('Sec-WebSocket-Protocol', asked.subprotocol)
  set('Origin', asked.origin)
  return Buffer.from(`GET ${url.pathname}${url.search} HTTP/1.1\r\n${[...lines.values()].join('')}\r\n`, 'latin1')
}
