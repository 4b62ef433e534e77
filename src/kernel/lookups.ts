import { candidates, type ResolverFile } from '#kernel/names'
import { type Answer, askWith, type DnsError, dnsError } from '#kernel/resolver'

const CACHE_SIZE = 20_000
const MAX_TTL_S = 3_600
/** How long an expired answer may still be served while the name servers fail. */
const STALE_MS = 60 * 60_000
/** Whoever waits longer for a name gets ETIMEOUT (or the stale answer) even if a name server might still answer. */
const DEADLINE_MS = 3_000
/** So many different names without any answer in between, and it is our resolver that is broken, not the names. */
const SILENT_NAMES = 3

type Family = 4 | 6 | undefined
type Cached = Answer & { expires: number }
export type Found = { addresses: string[]; from: 'cache' | 'server' | 'stale' }

/** Names asked from name servers: cached by TTL, one question in flight per name, stale rather than nothing. */
export class Lookups {
  readonly #cache = new Map<string, Cached>()
  readonly #flights = new Map<string, Promise<Answer>>()
  readonly #silent = new Set<string>()
  #ask: ReturnType<typeof askWith>
  #version: number | undefined

  constructor(
    readonly servers: string[] | undefined,
    readonly resolvConf: () => { value: ResolverFile; version: number },
  ) {
    this.#ask = askWith(servers)
  }

  async find(name: string, family: Family, signal: AbortSignal | undefined): Promise<Found> {
    const key = `${family ?? ''}:${name}`
    const now = performance.now()
    const known = this.#cache.get(key)
    if (known && known.expires > now) return { addresses: known.addresses, from: 'cache' }
    try {
      const { addresses } = await untilAborted(this.#flight(key, name, family), signal)
      return { addresses, from: 'server' }
    } catch (error) {
      const failed = signal?.aborted || !isServerFailure(error)
      if (failed || !known || now > known.expires + STALE_MS) throw error
      return { addresses: known.addresses, from: 'stale' }
    }
  }

  /** One question in flight per name, however many monitors wait; a late answer still fills the cache. */
  #flight(key: string, name: string, family: Family): Promise<Answer> {
    const running = this.#flights.get(key)
    if (running) return running
    const asked = this.#lookup(name, family).then((answer) => {
      this.#store(key, answer)
      return answer
    })
    let timer: Timer | undefined
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#silence(dnsError({ code: 'ETIMEOUT' }, name), name)), DEADLINE_MS)
    })
    const raced = Promise.race([asked, deadline]).finally(() => {
      clearTimeout(timer)
      this.#flights.delete(key)
    })
    this.#flights.set(key, raced)
    return raced
  }

  /** Asks for each candidate in turn; remembers whether the name servers speak at all. */
  async #lookup(name: string, family: Family): Promise<Answer> {
    const conf = this.resolvConf()
    if (this.#version !== undefined && conf.version !== this.#version) this.#ask = askWith(this.servers)
    this.#version = conf.version
    let missing: DnsError | undefined
    for (const candidate of candidates(name, conf.value)) {
      try {
        const answer = await this.#ask(candidate, family)
        this.#silent.clear()
        return answer
      } catch (cause) {
        const error = dnsError(cause, name)
        if (error.code === 'ETIMEOUT' || error.code === 'ERESOLVER') throw this.#silence(error, name)
        this.#silent.clear()
        if (error.code !== 'ENOTFOUND') throw error
        missing = error
      }
    }
    throw missing ?? dnsError({ code: 'ENOTFOUND' }, name)
  }

  #silence(error: DnsError, name: string): DnsError {
    this.#silent.add(name)
    return this.#silent.size >= SILENT_NAMES ? dnsError({ code: 'ERESOLVER' }, name) : error
  }

  #store(key: string, answer: Answer) {
    this.#cache.delete(key)
    const ttl_s = Math.min(MAX_TTL_S, Math.max(1, answer.ttl_s))
    this.#cache.set(key, { ...answer, expires: performance.now() + ttl_s * 1_000 })
    const [oldest] = this.#cache.keys()
    if (this.#cache.size > CACHE_SIZE && oldest !== undefined) this.#cache.delete(oldest)
  }
}

const isServerFailure = (error: unknown) =>
  error instanceof Error && 'code' in error && ['ESERVFAIL', 'ETIMEOUT', 'ERESOLVER'].includes(String(error.code))

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
