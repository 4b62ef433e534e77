import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Cidr = [Address, number]

export type AddressPolicy = {
  /** False denies private, loopback, link-local, unique-local and carrier-grade NAT addresses. */
  allowPrivate: boolean
  /** CIDR ranges that are denied; beats `allow`. */
  deny: string[]
  /** CIDR ranges that are allowed although `allowPrivate` is false. */
  allow: string[]
}

/** A name or literal that the address policy refuses; `code` is ADDRESS_BLOCKED. */
export class AddressBlocked extends Error {
  readonly code = 'ADDRESS_BLOCKED'
  constructor(
    readonly address: string,
    why: string,
  ) {
    super(`the address ${address} is not allowed: ${why}`)
  }
}

/**
 * Where clouds hand credentials to anyone who can open a connection; no setting can allow them.
 * AWS, Google, Azure, DigitalOcean, Oracle: 169.254.169.254 and fd00:ec2::254, fd20:ce::254
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html,
 * https://cloud.google.com/compute/docs/metadata/querying-metadata), ECS and EKS task roles: 169.254.170.2 and .23,
 * fd00:ec2::23, Azure's wire server: 168.63.129.16, Alibaba: 100.100.100.200, Oracle classic: 192.0.0.192.
 */
const METADATA = new Set(
  [
    '169.254.169.254',
    '169.254.169.253',
    '169.254.170.2',
    '169.254.170.23',
    '168.63.129.16',
    '100.100.100.200',
    '192.0.0.192',
    'fd00:ec2::254',
    'fd00:ec2::253',
    'fd00:ec2::23',
    'fd20:ce::254',
  ].map((address) => ipaddr.parse(address).toNormalizedString()),
)

const NEVER = new Set(['unspecified', 'multicast', 'broadcast'])
const PRIVATE = new Set(['private', 'loopback', 'linkLocal', 'carrierGradeNat', 'uniqueLocal', 'benchmarking'])
// fec0::/10, deprecated by RFC 3879 but still routed inside some networks.
const SITE_LOCAL = ipaddr.parseCIDR('fec0::/10') as [ipaddr.IPv6, number]
const NAT64_LOCAL = ipaddr.parseCIDR('64:ff9b:1::/48') as [ipaddr.IPv6, number]

/** The IPv4 address a v6 address really leads to: mapped, compatible, NAT64 (RFC 6052, 8215) and 6to4 (RFC 3056). */
function unwrap(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address
  const bytes = address.toByteArray()
  const tail = () => new ipaddr.IPv4(bytes.slice(12))
  const range = address.range()
  if (range === 'ipv4Mapped' || range === 'rfc6145' || range === 'rfc6052' || address.match(NAT64_LOCAL)) return tail()
  if (range === '6to4') return new ipaddr.IPv4(bytes.slice(2, 6))
  const compatible = bytes.slice(0, 12).every((byte) => byte === 0) && (bytes[12] !== 0 || bytes[13] !== 0)
  return compatible ? tail() : address
}

const within = (address: Address, [network, bits]: Cidr) =>
  address.kind() === network.kind() && address.match([network, bits] as [ipaddr.IPv4, number] & [ipaddr.IPv6, number])

/** Verdicts kept, a few hundred bytes each. */
const MOST_JUDGED = 10_000

/** Makes the check that every address passes before it is dialled; throws AddressBlocked. */
export function addressPolicy({ allowPrivate, deny, allow }: AddressPolicy): (literal: string) => void {
  const parse = (cidr: string): Cidr => {
    try {
      return cidr.includes('/') ? ipaddr.parseCIDR(cidr) : ipaddr.parseCIDR(`${cidr}/${cidr.includes(':') ? 128 : 32}`)
    } catch {
      throw new Error(`"${cidr}" is not an address range like 10.0.0.0/8`)
    }
  }
  const denied = deny.map(parse)
  const allowed = allow.map(parse)

  const refusal = (address: Address): string | undefined => {
    const range = address.range()
    if (METADATA.has(address.toNormalizedString())) return 'cloud metadata'
    if (NEVER.has(range)) return `${range} address`
    if (denied.some((cidr) => within(address, cidr))) return 'denied by the configuration'
    if (allowed.some((cidr) => within(address, cidr))) return
    const local = PRIVATE.has(range) || (address instanceof ipaddr.IPv6 && address.match(SITE_LOCAL))
    if (local && !allowPrivate) return 'private network'
  }

  const judge = (literal: string): string | undefined => {
    if (!ipaddr.isValid(literal)) return 'not an IP address'
    const outer = ipaddr.parse(literal)
    // A zone (fe80::1%eth0) says through which interface, not whom; the policy is about whom.
    if (outer instanceof ipaddr.IPv6) outer.zoneId = undefined
    const inner = unwrap(outer)
    return refusal(inner) ?? (inner === outer ? undefined : refusal(outer))
  }
  // Every check asks about the same few addresses, and the policy never changes while the process runs.
  const judged = new Map<string, string | undefined>()
  return (literal) => {
    if (!judged.has(literal)) {
      if (judged.size >= MOST_JUDGED) judged.clear()
      judged.set(literal, judge(literal))
    }
    const why = judged.get(literal)
    if (why) throw new AddressBlocked(literal, why)
  }
}
