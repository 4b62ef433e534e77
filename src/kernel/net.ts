import { isIP } from 'node:net'
import { type AddressPolicy, addressPolicy } from '#kernel/address'
import { candidates, parseHosts, parseResolvConf, watched } from '#kernel/names'
import { type Answer, askWith, type DnsError, dnsError } from '#kernel/resolver'

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

const CACHE_SIZE = 20_000
const MAX_TTL_S = 3_600
/** How long an expired answer may still be served while the name servers fail. */
const STALE_MS = 60 * 60_000
/** Whoever waits longer for a name gets ETIMEOUT (or the stale answer) even if a name server might still answer. */
const DEADLINE_MS = 3_000
/** So many different names without any answer in between, and it is our resolver that is broken, not the names. */
const SILENT_NAMES = 3

type Cached = Answer & { expires: number }

/** Resolves through c-ares, never through the process-wide getaddrinfo pool where two slow names delay all others. */
export function openNet(options: NetOptions): Net {
  const permit = addressPolicy(options)
  const hosts = watched(options.hosts_file ?? '/etc/hosts', parseHosts)
  const resolvConf = watched(options.resolv_file ?? '/etc/resolv.conf', parseResolvConf)
  const cache = new Map<string, Cached>()
  const flights = new Map<string, Promise<Answer>>()
  const silent = new Set<string>()
  let ask = askWith(options.servers)
  let version: number | undefined

  const store = (key: string, answer: Answer) => {
    cache.delete(key)
    const ttl_s = Math.min(MAX_TTL_S, Math.max(1, answer.ttl_s))
    cache.set(key, { ...answer, expires: performance.now() + ttl_s * 1_000 })
    if (cache.size > CACHE_SIZE) for (const oldest of cache.keys()) return cache.delete(oldest)
  }

  /** Asks the name servers, each candidate in turn; remembers whether they speak at all. */
  const lookup = async (name: string, family: 4 | 6 | undefined): Promise<Answer> => {
    const conf = resolvConf()
    if (version !== undefined && conf.version !== version) ask = askWith(options.servers)
    version = conf.version
    let missing: DnsError | undefined
    for (const candidate of candidates(name, conf.value)) {
      try {
        const answer = await ask(candidate, family)
        silent.clear()
        return answer
      } catch (cause) {
        const error = dnsError(cause, name)
        if (error.code === 'ETIMEOUT' || error.code === 'ERESOLVER') throw silence(error, name)
        silent.clear()
        if (error.code !== 'ENOTFOUND') throw error
        missing = error
      }
    }
    throw missing ?? dnsError({ code: 'ENOTFOUND' }, name)
  }

  const silence = (error: DnsError, name: string): DnsError => {
    silent.add(name)
    return silent.size >= SILENT_NAMES ? dnsError({ code: 'ERESOLVER' }, name) : error
  }

  /** One question in flight per name, however many monitors wait; a late answer still fills the cache. */
  const flight = (key: string, name: string, family: 4 | 6 | undefined): Promise<Answer> => {
    const running = flights.get(key)
    if (running) return running
    const asked = lookup(name, family).then((answer) => {
      store(key, answer)
      return answer
    })
    let timer: Timer | undefined
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(silence(dnsError({ code: 'ETIMEOUT' }, name), name)), DEADLINE_MS)
    })
    const raced = Promise.race([asked, deadline]).finally(() => {
      clearTimeout(timer)
      flights.delete(key)
    })
    flights.set(key, raced)
    return raced
  }

  const answered = (addresses: string[], started?: number, stale = false): Resolved => {
    const permitted = addresses.filter((address) => {
      try {
        permit(address)
        return true
      } catch {
        return false
      }
    })
    const address = permitted[0]
    if (address === undefined) permit(addresses[0] ?? '')
    const dns_ms = started === undefined ? 0 : performance.now() - started
    const family = isIP(address ?? '') as 4 | 6
    return { address: address ?? '', family, addresses: permitted, dns_ms, ...(stale && { stale }) }
  }

  const ofFamily = (addresses: string[], family: 4 | 6 | undefined) =>
    addresses.filter((address) => !family || isIP(address) === family)

  return {
    permit,
    async resolve(host, { family, signal } = {}) {
      const name = (host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host).toLowerCase()
      const fixed = isIP(name) ? [name] : fixedAddresses(name, hosts().value)
      if (fixed) {
        const wanted = ofFamily(fixed, family)
        if (!wanted.length) throw dnsError({ code: 'ENOTFOUND' }, name)
        return answered(wanted)
      }
      const started = performance.now()
      const key = `${family ?? ''}:${name}`
      const known = cache.get(key)
      if (known && known.expires > started) return answered(known.addresses)
      try {
        return answered((await untilAborted(flight(key, name, family), signal)).addresses, started)
      } catch (error) {
        const failed = signal?.aborted || !isServerFailure(error)
        if (failed || !known || started > known.expires + STALE_MS) throw error
        return answered(known.addresses, started, true)
      }
    },
  }
}

const isServerFailure = (error: unknown) =>
  error instanceof Error && 'code' in error && ['ESERVFAIL', 'ETIMEOUT', 'ERESOLVER'].includes(String(error.code))

/** Names that never reach a name server: /etc/hosts, and localhost with all below it (RFC 6761 section 6.3). */
function fixedAddresses(name: string, hosts: Map<string, string[]>): string[] | undefined {
  const bare = name.replace(/\.$/, '')
  const local = bare === 'localhost' || bare.endsWith('.localhost')
  const listed = hosts.get(bare)
  return local ? [...new Set([...(listed ?? []), '127.0.0.1', '::1'])] : listed
}

/** The promise, or the signal's reason as soon as it aborts; the work itself goes on for others who wait for it. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
