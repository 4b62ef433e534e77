import type { ByteReader } from '#probes/byte-reader'
import { Fault } from '#probes/fault'

// MQTT 3.1.1, as much of it as a client needs that subscribes once: https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/.

const CONNACK = 2
export const PUBLISH = 3
export const PUBACK = 4
export const SUBACK = 9
const MAX_PACKET = 65_536
/** The broker notices by itself that we are gone; a check is shorter than this. */
const KEEP_ALIVE_S = 600

const text = (value: string) => {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}

function packet(type: number, flags: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const head = [(type << 4) | flags]
  let rest = body.length
  do {
    head.push((rest & 127) | (rest > 127 ? 128 : 0))
    rest >>= 7
  } while (rest > 0)
  return Buffer.concat([Buffer.from(head), body])
}

type Connecting = { client_id: string; clean_session: boolean; username?: string; password?: string }

export function connectPacket({ client_id, clean_session, username, password }: Connecting): Buffer {
  const flags = (username ? 0x80 : 0) | (password ? 0x40 : 0) | (clean_session ? 0x02 : 0)
  const fixed = Buffer.from([4, flags, KEEP_ALIVE_S >> 8, KEEP_ALIVE_S & 255])
  const credentials = [...(username ? [text(username)] : []), ...(password ? [text(password)] : [])]
  return packet(1, 0, text('MQTT'), fixed, text(client_id), ...credentials)
}

const id = (value: number) => Buffer.from([value >> 8, value & 255])

/** Asks for delivery at most once: what the broker has is enough, and nothing has to be acknowledged. */
export const subscribePacket = (packet_id: number, filter: string) =>
  packet(8, 2, id(packet_id), text(filter), Buffer.from([0]))

/** At least once, so that the broker says whether it took the message; not retained. */
export const publishPacket = (packet_id: number, topic: string, payload: Buffer) =>
  packet(PUBLISH, 2, text(topic), id(packet_id), payload)

export const DISCONNECT = packet(14, 0)

export type Packet = { type: number; flags: number; body: Buffer }

/** How long the packets are that a broker may send us; a message has any length. Sections 3.2 to 3.9. */
const LENGTHS: Record<number, number> = { [CONNACK]: 2, [PUBACK]: 2, [SUBACK]: 3 }

export async function readPacket(reader: ByteReader): Promise<Packet> {
  const [first = 0] = await reader.take(1)
  const type = first >> 4
  // Another protocol is told by its first bytes, before a length is believed and waited for.
  if (type !== PUBLISH && (LENGTHS[type] === undefined || first & 15)) throw reader.nonsense()
  let length = 0
  for (let i = 0; ; i++) {
    const [byte = 0] = await reader.take(1)
    length += (byte & 127) * 128 ** i
    if (byte < 128) break
    if (i === 3) throw reader.nonsense()
  }
  if (type !== PUBLISH && length !== LENGTHS[type]) throw reader.nonsense()
  if (length > MAX_PACKET) throw new Fault('protocol', 'the broker sent a message of more than 64 KB')
  return { type, flags: first & 15, body: await reader.take(length) }
}

/** Section 3.2.2.3. */
const RETURN_CODES: Record<number, string> = {
  1: 'the broker does not speak MQTT 3.1.1',
  2: 'the broker refuses this client ID',
  3: 'the broker is not available',
  4: 'the broker refuses the user name or password',
  5: 'the broker does not permit this client to connect',
}

type Connack = { code: number; session_present: boolean; refusal: string | undefined }

export async function readConnack(reader: ByteReader): Promise<Connack> {
  const { type, body } = await readPacket(reader)
  const [acknowledge = 0, code = 0] = body
  if (type !== CONNACK) throw reader.nonsense()
  const refusal = code === 0 ? undefined : (RETURN_CODES[code] ?? `the broker refuses the connection with code ${code}`)
  return { code, session_present: (acknowledge & 1) === 1, refusal }
}

export type Message = { topic: string; payload: Buffer; retained: boolean }

/** What a PUBLISH packet carries; undefined when it is not one. */
export function messageOf({ flags, body }: Packet): Message | undefined {
  const length = body.length < 2 ? 0 : body.readUInt16BE(0)
  const start = 2 + length + ((flags >> 1) & 3 ? 2 : 0)
  if (body.length < start) return
  return { topic: body.toString('utf8', 2, 2 + length), payload: body.subarray(start), retained: (flags & 1) === 1 }
}
