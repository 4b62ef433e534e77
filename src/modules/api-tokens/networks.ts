import ipaddr from 'ipaddr.js'

/**
 * A network as it is stored: an address alone is one of its own, what stands behind the prefix is cut off. Nothing when
 * it is neither; IPv4 in the clothes of IPv6 is not taken, because clients are seen with their plain address.
 */
export function networkOf(text: string): string | undefined {
  const bare = text.trim()
  const [address = '', bits, ...rest] = bare.split('/')
  const v4 = ipaddr.IPv4.isValidFourPartDecimal(address)
  if (rest.length > 0 || (!v4 && !(address.includes(':') && ipaddr.IPv6.isValid(address)))) return undefined
  if (address.includes('%') || (!v4 && ipaddr.IPv6.parse(address).isIPv4MappedAddress())) return undefined
  const cidr = bits === undefined ? `${address}/${v4 ? 32 : 128}` : bare
  if (!/\/\d{1,3}$/.test(cidr) || !ipaddr.isValidCIDR(cidr)) return undefined
  const kind = v4 ? ipaddr.IPv4 : ipaddr.IPv6
  return `${kind.networkAddressFromCIDR(cidr).toString()}/${Number(cidr.split('/')[1])}`
}

/** Whether every address of `inner` is one of `outer`, too. */
export function isInside(inner: string, outer: string): boolean {
  const [address, bits] = ipaddr.parseCIDR(inner)
  const [base, wide] = ipaddr.parseCIDR(outer)
  // Safe: only addresses of one family are compared.
  return address.kind() === base.kind() && bits >= wide && address.match(base as never, wide)
}
