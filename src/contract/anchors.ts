/** Of the appliance or of one prober. */
export const MOST_ANCHORS = 8
export const ANCHOR_FAULT = 'must be host:port, or a host that answers pings'

/** An anchor is `host:port` for TCP, or `host` for a ping; IPv6 in brackets where a port follows. */
export function anchorOf(anchor: string): { host: string; port?: number } | undefined {
  const [, bracketed, plain, port] = anchor.match(/^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/@?#]+))(?::(\d{1,5}))?$/) ?? []
  const host = bracketed ?? plain ?? (/^[0-9a-fA-F:.]+$/.test(anchor) && anchor.includes(':') ? anchor : undefined)
  if (host === undefined || host.length > 253 || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) return undefined
  return port === undefined ? { host } : { host, port: Number(port) }
}
