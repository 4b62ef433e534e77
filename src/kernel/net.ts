import { isIP } from 'node:net'
import { type AddressPolicy, addressPolicy } from '#kernel/address'
import { Lookups } from '#kernel/lookups'
import { parseHosts, parseResolvConf, watched } from '#kernel/names'
import { dnsError } from '#kernel/resolver'

export type Resolved = {
  address: string
  family: 4 | 6
  addresses: string[]
  /** 0 when nothing had to be asked: a literal, /etc/hosts or the cache. */
  dns_ms: number
  /** The name servers failed; these addresses are older than their TTL. */
  stale?: boolean
}

/** Turns names into addresses under the address policy; the only way out to the network for probes and channels. */
export type Net = {
  /**
   * Throws an Error with `code`: ENOTFOUND, ESERVFAIL, ETIMEOUT (DNS), ERESOLVER (our own name servers are silent) or
   * ADDRESS_BLOCKED (policy). IPv4 is preferred; without `family` IPv6 is asked for only when there is no IPv4.
   */
  resolve: (host: string, options?: { family?: 4 | 6; signal?: AbortSignal }) => Promise<Resolved>
  /** Same policy for a literal address; throws ADDRESS_BLOCKED. */
  permit: (address: string) => void
}

export type NetOptions = AddressPolicy & {
  /** Name servers as `address` or `address:port`; default: those of resolv.conf. */
  servers?: string[]
  hosts_file?: string
  resolv_file?: string
}

/** Resolves through c-ares, never through the process-wide getaddrinfo pool where two slow names delay all others. */
export function openNet(options: NetOptions): Net {
  const permit = addressPolicy(options)
  const hosts = watched(options.hosts_file ?? '/etc/hosts', parseHosts)
  const resolvConf = watched(options.resolv_file ?? '/etc/resolv.conf', parseResolvConf)
  const lookups = new Lookups(options.servers, resolvConf)

  return {
    permit,
    async resolve(host, { family, signal } = {}) {
      const name = (host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host).toLowerCase()
      const fixed = isIP(name) ? [name] : fixedAddresses(name, hosts().value)
      if (fixed) {
        const wanted = fixed.filter((address) => !family || isIP(address) === family)
        if (!wanted.length) throw dnsError({ code: 'ENOTFOUND' }, name)
        return { ...firstPermitted(wanted, permit), dns_ms: 0 }
      }
      const started = performance.now()
      const { addresses, from } = await lookups.find(name, family, signal)
      const dns_ms = from === 'cache' ? 0 : performance.now() - started
      return { ...firstPermitted(addresses, permit), dns_ms, ...(from === 'stale' && { stale: true }) }
    },
  }
}

/** Every address is judged; the denied ones are left out, and when nothing is left the first denial is thrown. */
function firstPermitted(addresses: string[], permit: Net['permit']) {
  const permitted = addresses.filter((address) => {
    try {
      permit(address)
      return true
    } catch {
      return false
    }
  })
  const [address] = permitted
  if (address === undefined) permit(addresses[0] ?? '')
  // Safe: the line above has thrown when there is no permitted address, and each is IPv4 or IPv6.
  return { address: address as string, family: isIP(address as string) as 4 | 6, addresses: permitted }
}

/** Names that never reach a name server: /etc/hosts, and localhost with all below it (RFC 6761 section 6.3). */
function fixedAddresses(name: string, hosts: Map<string, string[]>): string[] | undefined {
  const bare = name.replace(/\.$/, '')
  const local = bare === 'localhost' || bare.endsWith('.localhost')
  const listed = hosts.get(bare)
  return local ? [...new Set([...(listed ?? []), '127.0.0.1', '::1'])] : listed
}
