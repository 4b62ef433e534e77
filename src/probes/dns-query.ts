import { createSocket } from 'node:dgram'
import { getServers } from 'node:dns'
import { isIP, isIPv6 } from 'node:net'
import packet, { type Answer, type DecodedPacket } from 'dns-packet'
import ipaddr from 'ipaddr.js'
import { dial } from '#probes/dial'
import { Fault } from '#probes/fault'
import { hostPort } from '#probes/fields'

export const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'TXT', 'NS', 'SOA', 'SRV', 'CAA', 'PTR'] as const
export type RecordType = (typeof RECORD_TYPES)[number]

export type Server = { address: string; port: number }
export type Question = { name: string; record: RecordType; at: Server | undefined; signal: AbortSignal }

/** A datagram may get lost: it is sent again after this long, to the next server where there are several. */
const RETRY_MS = 1_500
/** No fragments on any common path: https://dnsflagday.net/2020/ */
const UDP_SIZE = 1_232

/** The name under which the PTR record of an address lies (RFC 1035 section 3.5, RFC 3596 section 2.5). */
export function reverseName(address: string): string {
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

/** The records in plain text, past every cache of ours; throws a Fault when there are none or nobody answers. */
export async function query({ name, record, at, signal }: Question): Promise<string[]> {
  signal.throwIfAborted()
  const servers = at ? [at] : systemServers()
  if (!servers.length) throw new Fault('own_side', 'this machine has no name servers configured')
  const asked = record === 'PTR' && isIP(name) ? reverseName(name) : name.replace(/\.$/, '')
  const id = crypto.getRandomValues(new Uint16Array(1))[0] as number
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
  let reply = await overUdp(bytes, id, servers, signal).catch((error) => {
    throw error?.code === 'ECONNREFUSED' ? own(new Fault('refused', `connection refused by ${from}`)) : error
  })
  if (reply.packet.flag_tc) reply = await overTcp(bytes, id, reply.server, signal)
  const records = reply.packet.answers?.flatMap((answer) => written(answer, record) ?? []) ?? []
  const problem =
    PROBLEMS[rcodeOf(reply.packet)]?.({ name, from }) ??
    (records.length ? undefined : `${name} has no ${record} record`)
  if (problem) throw new Fault('dns', problem)
  return record === 'MX' ? records.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)) : records
}

const rcodeOf = ({ flags = 0 }: DecodedPacket) => flags & 15

/** Response codes (RFC 1035 section 4.1.1). */
const PROBLEMS: Record<number, (it: { name: string; from: string }) => string> = {
  1: ({ from }) => `${from} did not understand the question (FORMERR)`,
  2: ({ from }) => `${from} failed to answer (SERVFAIL)`,
  3: ({ name }) => `${name} does not exist (NXDOMAIN)`,
  4: ({ from }) => `${from} does not know this kind of question (NOTIMP)`,
  5: ({ from }) => `${from} refused to answer (REFUSED)`,
}

type Reply = { packet: DecodedPacket; server: Server }

/** A reply to our question; undefined for a stray or forged datagram. */
function replyTo(bytes: Buffer, id: number): DecodedPacket | undefined {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== id) return
  try {
    const decoded = packet.decode(bytes)
    return decoded.type === 'response' ? decoded : undefined
  } catch {
    throw new Fault('protocol', 'the name server gave an answer that cannot be read')
  }
}

function overUdp(bytes: Buffer, id: number, servers: Server[], signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sockets: ReturnType<typeof createSocket>[] = []
    let timer: Timer | undefined
    let tries = 0
    const settle = (act: () => void) => {
      clearInterval(timer)
      signal.removeEventListener('abort', stop)
      for (const socket of sockets.splice(0)) socket.close()
      act()
    }
    const stop = () => settle(() => reject(signal.reason))
    const send = () => {
      const server = servers[tries++ % servers.length] as Server
      // Connected, so that only this server is heard and its refusal is too.
      const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4')
      sockets.push(socket)
      socket.on('error', (error) => settle(() => reject(error)))
      socket.on('message', (message) => {
        try {
          const decoded = replyTo(message, id)
          if (decoded) settle(() => resolve({ packet: decoded, server }))
        } catch (error) {
          settle(() => reject(error))
        }
      })
      socket.connect(server.port, server.address, () => {
        if (sockets.includes(socket)) socket.send(bytes)
      })
    }
    signal.addEventListener('abort', stop)
    timer = setInterval(send, RETRY_MS)
    send()
  })
}

/** For answers that do not fit into a datagram: the same question with its length in front (RFC 7766). */
async function overTcp(bytes: Buffer, id: number, server: Server, signal: AbortSignal): Promise<Reply> {
  const link = await dial({ ...server, signal })
  try {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(bytes.length)
    const message = await new Promise<Buffer>((resolve, reject) => {
      let held = Buffer.alloc(0)
      link.listen({
        data(chunk) {
          held = Buffer.concat([held, chunk])
          if (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) resolve(held.subarray(2))
        },
        end: (error) => reject(error ?? new Fault('reset', 'the name server closed the connection without an answer')),
      })
      link.write(Buffer.concat([length, bytes]))
    })
    const decoded = replyTo(message, id)
    if (decoded) return { packet: decoded, server }
    throw new Fault('protocol', 'the name server answered another question')
  } finally {
    link.close()
  }
}
