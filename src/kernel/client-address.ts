import ipaddr from 'ipaddr.js'

/** Whether an address is in one of these networks (CIDR); what is no address is in none. */
export const isWithin = (address: string | undefined, networks: string[]): boolean =>
  address !== undefined && ipaddr.isValid(address) && within(ipaddr.process(address), networks)

type Parsed = ReturnType<typeof ipaddr.process>

const within = (address: Parsed, networks: string[]) =>
  networks.some((network) => {
    const [base, bits] = ipaddr.parseCIDR(network)
    // Safe: only addresses of one family are compared.
    return base.kind() === address.kind() && address.match(base as never, bits)
  })

/** Whom an address belongs to, for counting: one customer of a provider has 2^64 addresses of version 6. */
export const subscriberOf = (address: string) =>
  ipaddr.IPv6.isValid(address) ? ipaddr.IPv6.parse(address).parts.slice(0, 4).join(':') : address

/**
 * The address of the person behind any number of trusted proxies: walks X-Forwarded-For from the right and stops at the
 * first hop that no trusted proxy vouches for. `process` turns v4-mapped v6 addresses into plain v4.
 */
export function clientAddress(peer: string, forwarded: string | null, trusted: string[]): string {
  if (!ipaddr.isValid(peer)) return peer
  let address = ipaddr.process(peer)
  if (!forwarded || trusted.length === 0) return address.toString()
  for (const hop of forwarded.split(',').reverse()) {
    if (!within(address, trusted)) break
    const text = hop.trim()
    if (!ipaddr.isValid(text)) break
    address = ipaddr.process(text)
  }
  return address.toString()
}
