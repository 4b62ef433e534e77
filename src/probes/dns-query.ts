import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Fault } from '#probes/fault'
import { hostPort } from '#probes/fields'

export const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'TXT', 'NS', 'SOA', 'SRV', 'CAA', 'PTR'] as const
export type RecordType = (typeof RECORD_TYPES)[number]

type Server = { address: string; port: number }
export type Question = { name: string; record: RecordType; at: Server | undefined; signal: AbortSignal }

/** One Resolver costs about 35 KB, so they are kept per server, not per monitor. */
const MAX_RESOLVERS = 200
const resolvers = new Map<string, Resolver>()

/** Where a name server is silent the second try comes after this; the deadline is the signal's. */
const TRY_MS = 2_000

function resolverFor(at: Server | undefined): Resolver {
  const key = at ? hostPort(at.address, at.port) : ''
  const known = resolvers.get(key)
  if (known) {
    resolvers.delete(key)
    resolvers.set(key, known)
    return known
  }
  const made = new Resolver({ timeout: TRY_MS, tries: 3 })
  if (at) made.setServers([at.address.includes(':') ? `[${at.address}]:${at.port}` : `${at.address}:${at.port}`])
  resolvers.set(key, made)
  const [oldest] = resolvers.keys()
  if (resolvers.size > MAX_RESOLVERS && oldest !== undefined) resolvers.delete(oldest)
  return made
}

/** The name under which the PTR record of an address lies (RFC 1035 section 3.5, RFC 3596 section 2.5). */
export function reverseName(address: string): string {
  const parsed = ipaddr.parse(address)
  const bytes = parsed.toByteArray()
  if (parsed.kind() === 'ipv4') return `${bytes.reverse().join('.')}.in-addr.arpa`
  const digits = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${[...digits].reverse().join('.')}.ip6.arpa`
}

/** Asks once and writes each record as a zone file would. */
const ASK: Record<RecordType, (resolver: Resolver, name: string) => Promise<string[]>> = {
  A: (resolver, name) => resolver.resolve4(name),
  AAAA: (resolver, name) => resolver.resolve6(name),
  CNAME: (resolver, name) => resolver.resolveCname(name),
  NS: (resolver, name) => resolver.resolveNs(name),
  PTR: (resolver, name) => resolver.resolvePtr(isIP(name) ? reverseName(name) : name),
  TXT: async (resolver, name) => (await resolver.resolveTxt(name)).map((chunks) => chunks.join('')),
  MX: async (resolver, name) =>
    (await resolver.resolveMx(name))
      .sort((a, b) => a.priority - b.priority)
      .map(({ priority, exchange }) => `${priority} ${exchange}`),
  SRV: async (resolver, name) =>
    (await resolver.resolveSrv(name)).map((it) => `${it.priority} ${it.weight} ${it.port} ${it.name}`),
  SOA: async (resolver, name) => {
    const it = await resolver.resolveSoa(name)
    return [`${it.nsname} ${it.hostmaster} ${it.serial} ${it.refresh} ${it.retry} ${it.expire} ${it.minttl}`]
  },
  CAA: async (resolver, name) =>
    (await resolver.resolveCaa(name)).map(({ critical, ...tag }) => {
      const [key = '', value = ''] = Object.entries(tag)[0] ?? []
      return `${critical} ${key} ${value}`
    }),
}

/** The records, in plain text; throws a Fault when there are none or the server does not answer. */
export async function query({ name, record, at, signal }: Question): Promise<string[]> {
  signal.throwIfAborted()
  const asked = ASK[record](resolverFor(at), name)
  let stop: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    const records = await Promise.race([asked, aborted])
    if (!records.length) throw faultOf('ENODATA', { name, record, at })
    return records
  } catch (error) {
    if (signal.aborted || error instanceof Fault) throw error
    const code = error instanceof Object && 'code' in error ? String(error.code).replace(/^DNS_/, '') : ''
    throw faultOf(code, { name, record, at }, error)
  } finally {
    if (stop) signal.removeEventListener('abort', stop)
  }
}

function faultOf(code: string, { name, record, at }: Omit<Question, 'signal'>, cause?: unknown): Fault {
  const server = at ? `the name server ${hostPort(at.address, at.port)}` : 'the name server'
  const facts = { code, cause }
  switch (code) {
    case 'ENOTFOUND':
      return new Fault('dns', `${name} does not exist (NXDOMAIN)`, facts)
    case 'ENODATA':
      return new Fault('dns', `${name} has no ${record} record`, facts)
    case 'ESERVFAIL':
      return new Fault('dns', `${server} failed to answer (SERVFAIL)`, facts)
    case 'EREFUSED':
      return new Fault('dns', `${server} refused to answer (REFUSED)`, facts)
    case 'ETIMEOUT':
      return new Fault('timeout', `${server} did not answer`, facts)
    case 'ECONNREFUSED':
      // A server somebody chose is a target; the machine's own servers are our side.
      return at
        ? new Fault('refused', `connection refused by ${server}`, facts)
        : new Fault('own_side', "this machine's own name servers do not answer", facts)
    default:
      return new Fault('protocol', `${server} gave an answer that cannot be read${code ? ` (${code})` : ''}`, facts)
  }
}
