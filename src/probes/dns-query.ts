import { getServers } from 'node:dns'
import { isIP } from 'node:net'
import packet, { type Answer, type DecodedPacket } from 'dns-packet'
import ipaddr from 'ipaddr.js'
import { overTcp, overUdp, type Server } from '#probes/dns-transport'
import { Fault } from '#probes/fault'
import { hostPort } from '#probes/fields'

export const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'TXT', 'NS', 'SOA', 'SRV', 'CAA', 'PTR'] as const
type RecordType = (typeof RECORD_TYPES)[number]

export type Question = { name: string; record: RecordType; at: Server | undefined; signal: AbortSignal }

/** No fragments on any common path: https://dnsflagday.net/2020/ */
const UDP_SIZE = 1_232

/** The name under which the PTR record of an address lies (RFC 1035 section 3.5, RFC 3596 section 2.5). */
function reverseName(address: string): string {
  const parsed = ipaddr.parse(address)
  const bytes = parsed.toByteArray()
  if (parsed.kind() === 'ipv4') return `${bytes.reverse().join('.')}.in-addr.arpa`
  const digits = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${[...digits].reverse().join('.')}.ip6.arpa`
}

/** One record as a zone file would show it; undefined for other types, such as the alias on the way to an address. */
function written(answer: Answer, record: RecordType): string | undefined {
  if (answer.type !== record) return
  switch (answer.type) {
    case 'MX':
      return `${answer.data.preference ?? 0} ${answer.data.exchange}`
    case 'TXT': {
      const chunks = Array.isArray(answer.data) ? answer.data : [answer.data]
      return chunks.map((chunk) => chunk.toString()).join('')
    }
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = answer.data
      return [mname, rname, serial, refresh, retry, expire, minimum].join(' ')
    }
    case 'SRV':
      return [answer.data.priority ?? 0, answer.data.weight ?? 0, answer.data.port, answer.data.target].join(' ')
    case 'CAA':
      return `${answer.data.flags ?? 0} ${answer.data.tag} ${answer.data.value}`
    default:
      return String(answer.data)
  }
}

/** The machine's own servers, as `address` or `address:port` or `[address]:port`. */
const systemServers = (): Server[] =>
  getServers().map((text) => {
    if (isIP(text)) return { address: text, port: 53 }
    const colon = text.lastIndexOf(':')
    return { address: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) }
  })

/** What a server answered besides the records. */
export type Facts = {
  /** As in RFC 1035 section 4.1.1, for example `NOERROR`. */
  rcode: string
  /** It speaks for the zone itself, and not from what it heard. */
  authoritative: boolean
  /** It has checked the signatures of DNSSEC. */
  authenticated: boolean
  transport: 'udp' | 'tcp'
  /** The server that answered, with its port. */
  server: string
  /** How long the records may be kept: the shortest of their times. */
  ttl_s?: number
}
export type Found = { records: string[]; facts: Facts }

/** The records in plain text, past every cache of ours; throws a Fault when there are none or nobody answers. */
export async function query({ name, record, at, signal }: Question): Promise<Found> {
  signal.throwIfAborted()
  const servers = at ? [at] : systemServers()
  if (!servers.length) throw new Fault('own_side', 'this machine has no name servers configured')
  const asked = record === 'PTR' && isIP(name) ? reverseName(name) : name.replace(/\.$/, '')
  const id = crypto.getRandomValues(new Uint16Array(1))[0] as number
  const question = { id, type: record, name: asked }
  const bytes = packet.encode({
    type: 'query',
    id,
    flags: packet.RECURSION_DESIRED,
    questions: [{ type: record, name: asked }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: UDP_SIZE,
        flags: 0,
        options: [],
        extendedRcode: 0,
        ednsVersion: 0,
        flag_do: false,
      },
    ],
  })
  const from = at ? `the name server ${hostPort(at.address, at.port)}` : 'the name server'
  const own = (fault: Fault) => (at ? fault : new Fault('own_side', "this machine's own name servers do not answer"))
  let reply = await overUdp(bytes, question, servers, signal).catch((error) => {
    throw error?.code === 'ECONNREFUSED' ? own(new Fault('refused', `connection refused by ${from}`)) : error
  })
  const transport = reply.packet ? 'udp' : 'tcp'
  if (!reply.packet) reply = await overTcp(bytes, question, reply.server, signal)
  const decoded = reply.packet
  if (!decoded) throw new Fault('protocol', 'the name server cuts its answer short over TCP too')
  const answers = (decoded.answers ?? []).filter((answer) => answer.type === record)
  const records = answers.flatMap((answer) => written(answer, record) ?? [])
  const facts = factsOf(decoded, reply.server, transport, answers)
  const rcode = (decoded.flags ?? 0) & 15
  const problem =
    PROBLEMS[rcode]?.({ name, from }) ??
    (rcode ? `${from} answered ${facts.rcode}` : records.length ? undefined : `${name} has no ${record} record`)
  if (problem) throw new Fault('dns', problem, { evidence: facts })
  if (record === 'MX') records.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
  return { records, facts }
}

function factsOf(
  { rcode, flag_aa, flag_ad }: DecodedPacket & { rcode?: string },
  { address, port }: Server,
  transport: Facts['transport'],
  answers: Answer[],
): Facts {
  const ttls = answers.flatMap((answer) => ('ttl' in answer && answer.ttl !== undefined ? [answer.ttl] : []))
  return {
    rcode: rcode ?? '',
    authoritative: flag_aa,
    authenticated: flag_ad,
    transport,
    server: hostPort(address, port),
    ...(ttls.length && { ttl_s: Math.min(...ttls) }),
  }
}

/** Response codes (RFC 1035 section 4.1.1). */
const PROBLEMS: Record<number, (it: { name: string; from: string }) => string> = {
  1: ({ from }) => `${from} did not understand the question (FORMERR)`,
  2: ({ from }) => `${from} failed to answer (SERVFAIL)`,
  3: ({ name }) => `${name} does not exist (NXDOMAIN)`,
  4: ({ from }) => `${from} does not know this kind of question (NOTIMP)`,
  5: ({ from }) => `${from} refused to answer (REFUSED)`,
}
