import { Resolver } from 'node:dns/promises'

export type Answer = { addresses: string[]; ttl_s: number }

export type DnsCode = 'ENOTFOUND' | 'ESERVFAIL' | 'ETIMEOUT' | 'ERESOLVER'

/** A name that did not become an address, in plain words. */
export class DnsError extends Error {
  constructor(
    readonly code: DnsCode,
    message: string,
  ) {
    super(message)
  }
}

/** The many codes of c-ares (https://c-ares.org/docs/ares_query.html), reduced to the four that call for different action. */
const CODES: Record<string, DnsCode> = {
  ENOTFOUND: 'ENOTFOUND',
  ENODATA: 'ENOTFOUND',
  ENONAME: 'ENOTFOUND',
  EBADNAME: 'ENOTFOUND',
  EBADQUERY: 'ENOTFOUND',
  ETIMEOUT: 'ETIMEOUT',
  ECONNREFUSED: 'ERESOLVER',
  ENOTINITIALIZED: 'ERESOLVER',
  ERESOLVER: 'ERESOLVER',
}

const SENTENCES: Record<DnsCode, (name: string) => string> = {
  ENOTFOUND: (name) => `the name ${name} does not exist`,
  ESERVFAIL: (name) => `the name servers failed to answer for ${name}`,
  ETIMEOUT: (name) => `the name servers did not answer for ${name} in time`,
  ERESOLVER: () => "this machine's own name servers do not answer",
}

export function dnsError(cause: unknown, name: string): DnsError {
  if (cause instanceof DnsError) return cause
  const raw = cause instanceof Object && 'code' in cause ? String(cause.code) : ''
  const code = CODES[raw.replace(/^DNS_/, '')] ?? 'ESERVFAIL'
  return new DnsError(code, SENTENCES[code](name))
}

/** Waits per try; c-ares doubles it for the second and then moves on to the next server. */
const TRY_MS = 1_000

/** Asks the given (or the system's) name servers for addresses of one full name; IPv6 only where IPv4 has none. */
export function askWith(servers?: string[]) {
  const resolver = new Resolver({ timeout: TRY_MS, tries: 2 })
  if (servers?.length) resolver.setServers(servers)
  const records = async (name: string, family: 4 | 6): Promise<Answer> => {
    const found = await (family === 6 ? resolver.resolve6(name, { ttl: true }) : resolver.resolve4(name, { ttl: true }))
    if (!found.length) throw new DnsError('ENOTFOUND', SENTENCES.ENOTFOUND(name))
    return { addresses: found.map((it) => it.address), ttl_s: Math.min(...found.map((it) => it.ttl)) }
  }
  return async (name: string, family: 4 | 6 | undefined): Promise<Answer> => {
    if (family) return records(name, family)
    try {
      return await records(name, 4)
    } catch (cause) {
      if (dnsError(cause, name).code !== 'ENOTFOUND') throw cause
      return records(name, 6)
    }
  }
}
