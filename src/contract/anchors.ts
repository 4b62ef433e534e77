/** Of the appliance or of one prober. */
export const MOST_ANCHORS = 8
export const ANCHOR_FAULT = 'must be host:port, or a host that answers pings'

const isV6 = (text: string) => text.includes(':') && URL.canParse(`http://[${text}]/`)

/** An anchor is `host:port` for TCP, or `host` for a ping; IPv6 in brackets where a port follows. */
export function anchorOf(anchor: string): { host: string; port?: number } | undefined {
  if (isV6(anchor)) return { host: anchor }
  const [, bracketed, plain, port] = anchor.match(/^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/@?#]+))(?::(\d{1,5}))?$/) ?? []
  if (bracketed !== undefined && !isV6(bracketed)) return undefined
  const host = bracketed ?? plain
  if (host === undefined || host.length > 253 || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) return undefined
  return port === undefined ? { host } : { host, port: Number(port) }
}
