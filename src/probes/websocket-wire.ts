import { createHash, randomBytes } from 'node:crypto'
import type { ByteReader } from '#probes/byte-reader'
import { Fault } from '#probes/fault'
import { EXCERPT_BYTES } from '#probes/redact'

// RFC 6455, client side: the handshake (section 4.1), frames (5.2), the closing handshake (7).

export const MAX_MESSAGE = 65_536
const MAX_HEAD_LINE = 8_192
const MAX_HEAD_LINES = 100
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export const newKey = () => randomBytes(16).toString('base64')
const acceptOf = (key: string) => createHash('sha1').update(`${key}${GUID}`).digest('base64')

export type Handshake = { status: number; headers: [name: string, value: string][]; body: Buffer }

/** The server's answer to the handshake; what follows the headers of a 101 stays in the reader. */
export async function readHandshake(reader: ByteReader): Promise<Handshake> {
  const first = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(await reader.line(MAX_HEAD_LINE))
  if (!first) throw new Fault('protocol', 'the answer is not HTTP/1.1')
  const headers: [string, string][] = []
  for (;;) {
    const line = await reader.line(MAX_HEAD_LINE)
    if (!line) break
    const colon = line.indexOf(':')
    if (colon < 1 || headers.length >= MAX_HEAD_LINES) throw reader.nonsense()
    headers.push([line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()])
  }
  const status = Number(first[1])
  const length = Number(headerIn(headers, 'content-length') ?? 0)
  const body = status !== 101 && length > 0 ? await reader.take(Math.min(length, EXCERPT_BYTES)) : Buffer.alloc(0)
  return { status, headers, body }
}

export const headerIn = (headers: Handshake['headers'], wanted: string): string | undefined => {
  const values = headers.filter(([name]) => name === wanted).map(([, value]) => value)
  return values.length ? values.join(', ') : undefined
}

/** What is wrong with a 101 answer, by RFC 6455 section 4.1; nobody may take a page for a WebSocket. */
export function handshakeProblem({ headers }: Handshake, key: string, offered: string[]): string | undefined {
  const header = (name: string) => headerIn(headers, name) ?? ''
  const chosen = headerIn(headers, 'sec-websocket-protocol')
  if (header('upgrade').toLowerCase() !== 'websocket') return 'the server did not upgrade to a WebSocket'
  if (!/(^|,)\s*upgrade\s*(,|$)/i.test(header('connection'))) return 'the server did not upgrade the connection'
  if (header('sec-websocket-accept') !== acceptOf(key)) return 'the server did not prove that it read the handshake'
  if (header('sec-websocket-extensions')) return 'the server uses an extension that nobody offered'
  if (chosen !== undefined && !offered.includes(chosen))
    return `the server chose the subprotocol “${chosen.slice(0, 80)}”, which nobody offered`
}

export const TEXT = 1
const CONTINUATION = 0
const BINARY = 2
const CLOSE = 8
const PING = 9
const PONG = 10

/** One frame as a client sends it: final and masked. */
export function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload
  const head = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10)
  head[0] = 0x80 | opcode
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127)
  if (head.length === 4) head.writeUInt16BE(length, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2)
  const mask = randomBytes(4)
  const masked = Buffer.from(payload)
  for (let i = 0; i < length; i++) masked[i] = (masked[i] as number) ^ (mask[i & 3] as number)
  return Buffer.concat([head, mask, masked])
}

export const closeFrame = (code = 1_000) => frame(CLOSE, Buffer.from([code >> 8, code & 255]))

export type Close = { code: number; reason: string }
/** A whole message, or the close frame that ends the conversation. */
export type Message = { text: string } | { close: Close }

const wrong = (what: string) => new Fault('protocol', `the server breaks the WebSocket protocol: ${what}`)

async function readFrame(reader: ByteReader) {
  const [first = 0, second = 0] = await reader.take(2)
  const opcode = first & 15
  const final = first >= 0x80
  if (first & 0x70) throw wrong('reserved bits are set')
  if (second & 0x80) throw wrong('its frames are masked')
  if ((opcode > BINARY && opcode < CLOSE) || opcode > PONG) throw wrong(`frame type ${opcode} does not exist`)
  let length = second
  if (second === 126) length = (await reader.take(2)).readUInt16BE(0)
  if (second === 127) length = Number((await reader.take(8)).readBigUInt64BE(0))
  if (opcode >= CLOSE && (!final || length > 125)) throw wrong('a control frame is too long or in pieces')
  return { opcode, final, length }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
function textOf(opcode: number, payload: Buffer): string {
  if (opcode === BINARY) return payload.toString('utf8')
  try {
    return utf8.decode(payload)
  } catch {
    throw wrong('a text is not UTF-8')
  }
}

function closeOf(payload: Buffer): Close {
  // 1005 stands for a close frame without a code (section 7.1.5).
  if (payload.length < 2) return { code: 1_005, reason: '' }
  return { code: payload.readUInt16BE(0), reason: textOf(TEXT, payload.subarray(2)) }
}

/** Pings and pieces of messages that one check takes: of empty ones half a million fit into a megabyte. */
const MOST_PIECES = 2_000
const pieces = new WeakMap<ByteReader, number>()

/** Counts what is no message yet; a server that sends little else would keep us from everything else. */
function countPiece(reader: ByteReader) {
  const count = (pieces.get(reader) ?? 0) + 1
  if (count > MOST_PIECES) throw new Fault('protocol', `the server sent more than ${MOST_PIECES} pings and pieces`)
  pieces.set(reader, count)
}

/** The next message in one piece; pings are answered on the way. */
export async function readMessage(reader: ByteReader): Promise<Message> {
  let kind: number | undefined
  let parts = Buffer.alloc(0)
  for (;;) {
    const { opcode, final, length } = await readFrame(reader)
    if (parts.length + length > MAX_MESSAGE) throw new Fault('protocol', 'the server sent a message of more than 64 KB')
    const payload = await reader.take(length)
    if (opcode === CLOSE) return { close: closeOf(payload) }
    if (opcode >= CLOSE || !final) countPiece(reader)
    if (opcode === PING) reader.link.write(frame(PONG, payload))
    if (opcode >= CLOSE) continue
    if ((opcode === CONTINUATION) !== (kind !== undefined)) throw wrong('the pieces of a message are in disorder')
    kind ??= opcode
    parts = Buffer.concat([parts, payload])
    if (final) return { text: textOf(kind, parts) }
  }
}

// https://www.iana.org/assignments/websocket/websocket.xhtml#close-code-number
const CODES: Record<number, string> = {
  1000: 'normal',
  1001: 'going away',
  1002: 'protocol error',
  1003: 'unsupported data',
  1005: 'no code',
  1007: 'invalid text',
  1008: 'policy violation',
  1009: 'message too big',
  1010: 'extension missing',
  1011: 'internal error',
  1012: 'restarting',
  1013: 'try again later',
  1014: 'bad gateway',
}

/** `1008 (policy violation): token missing`. */
export const closeSentence = ({ code, reason }: Close) =>
  `${code}${CODES[code] ? ` (${CODES[code]})` : ''}${reason ? `: ${reason}` : ''}`
