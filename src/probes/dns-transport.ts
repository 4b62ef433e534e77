import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import packet, { type DecodedPacket } from 'dns-packet'
import { hasPeer } from '#probes/datagram'
import { dial, peerOf } from '#probes/dial'
import { Fault } from '#probes/fault'

export type Server = { address: string; port: number }

/** A datagram may get lost: it is sent again after this long, to the next server where there are several. */
const RETRY_MS = 1_500

export type Asked = { id: number; type: string; name: string }
/** Without a packet the answer was too large for a datagram. */
export type Reply = { packet: DecodedPacket | undefined; server: Server }

const TRUNCATED = 2
const same = (left: string, right: string) => left.toLowerCase() === right.toLowerCase()

/** A reply to our question; undefined for a stray or forged message. One that is cut short may break off anywhere. */
function replyTo(bytes: Buffer, { id, type, name }: Asked): Pick<Reply, 'packet'> | undefined {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== id) return
  // The QR bit: what comes back as a question is an echo.
  if (((bytes[2] ?? 0) & 0x80) === 0) return
  if ((bytes[2] ?? 0) & TRUNCATED) return { packet: undefined }
  let decoded: DecodedPacket
  try {
    decoded = packet.decode(bytes)
  } catch {
    throw new Fault('protocol', 'the name server gave an answer that cannot be read')
  }
  // A server that cannot read the question leaves it out of its refusal.
  const [question] = decoded.questions ?? []
  if (question && !(question.type === type && same(question.name, name))) return
  return { packet: decoded }
}

/** Asks one server after the other until one replies to this very question. */
export function overUdp(bytes: Buffer, asked: Asked, servers: Server[], signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sockets: ReturnType<typeof createSocket>[] = []
    let timer: Timer | undefined
    let tries = 0
    const unreached = new Set<Server>()
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
          const reply = replyTo(message, asked)
          if (reply) settle(() => resolve({ ...reply, server }))
        } catch (error) {
          settle(() => reject(error))
        }
      })
      socket.connect(server.port, server.address, () => {
        if (!sockets.includes(socket)) return
        if (hasPeer(socket)) return socket.send(bytes)
        const peer = peerOf(server.address, server.port)
        if (unreached.add(server).size < servers.length) send()
        else settle(() => reject(new Fault('own_side', `this machine has no route to ${peer}`)))
      })
    }
    signal.addEventListener('abort', stop)
    timer = setInterval(send, RETRY_MS)
    send()
  })
}

/** For answers that do not fit into a datagram: the same question with its length in front (RFC 7766). */
export async function overTcp(bytes: Buffer, asked: Asked, server: Server, signal: AbortSignal): Promise<Reply> {
  const link = await dial({ ...server, signal })
  try {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(bytes.length)
    const message = await new Promise<Buffer>((resolve, reject) => {
      let held = Buffer.alloc(0)
      link.listen({
        data(chunk) {
          held = Buffer.concat([held, chunk])
          if (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0))
            resolve(held.subarray(2, 2 + held.readUInt16BE(0)))
        },
        end: (error) => reject(error ?? new Fault('reset', 'the name server closed the connection without an answer')),
      })
      link.write(Buffer.concat([length, bytes]))
    })
    const reply = replyTo(message, asked)
    if (reply) return { ...reply, server }
    throw new Fault('protocol', 'the name server answered another question')
  } finally {
    link.close()
  }
}
