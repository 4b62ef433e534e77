import { createHash } from 'node:crypto'
import type { Answer } from '#probes/answer'
import type { ByteReader } from '#probes/byte-reader'
import { dial } from '#probes/dial'
import { Fault } from '#probes/fault'
import type { Link } from '#probes/link'
import { type Account, refusal } from '#probes/postgres-errors'
import { Scram } from '#probes/scram'

// https://www.postgresql.org/docs/current/protocol-message-formats.html
const PROTOCOL_3 = 196_608
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])
const CANCEL_CODE = 80_877_102
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4])
/** Every message a server may send to a client that only asks simple queries. */
const KNOWN = 'RSKZNEAvTDCIGHWdc'
/** How a server may begin; HTTP begins with an H, which is a message too. */
const FIRST = 'REvN'
const FIRST_LENGTH = 32_768
/** How long telling the server to stop a query that nobody waits for may take. */
const CANCEL_MS = 2_000

/** Asks for TLS before anything else is said; answers whether the server agrees. */
export async function asksForTls(reader: ByteReader): Promise<boolean> {
  reader.link.write(SSL_REQUEST)
  const [answer] = await reader.take(1)
  if (answer === 0x53) return true
  if (answer === 0x4e) return false
  throw reader.nonsense()
}

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const zeroEnded = (...texts: string[]) => Buffer.from(texts.map((text) => `${text}\0`).join(''))
const framed = (type: string, ...parts: Uint8Array[]) => {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

/** One session of the frontend/backend protocol 3.0, as much of it as a check needs. */
export class PostgresWire {
  /** What the server told about itself, for example `server_version`. */
  readonly parameters = new Map<string, string>()
  #key: Buffer | undefined
  #asked = false
  #met = false

  constructor(
    readonly reader: ByteReader,
    readonly account: Account,
  ) {}

  get #link(): Link {
    return this.reader.link
  }

  async signIn(): Promise<void> {
    const { username, database } = this.account
    const options = {
      user: username,
      ...(database && { database }),
      application_name: 'xinex',
      client_encoding: 'UTF8',
    }
    const body = Buffer.concat([int32(PROTOCOL_3), zeroEnded(...Object.entries(options).flat(), '')])
    this.#link.write(Buffer.concat([int32(body.length + 4), body]))
    let scram: Scram | undefined
    let proved = true
    for (;;) {
      const { type, body: message } = await this.#message()
      if (type === 'Z') return
      if (type === 'K') this.#key = Buffer.from(message)
      if (type !== 'R') continue
      const kind = message.length >= 4 ? message.readInt32BE(0) : -1
      const rest = message.subarray(4)
      if (kind === 0) {
        if (!proved) throw new Fault('protocol', 'the server could not prove that it knows the password')
      } else if (kind === 10) {
        scram = this.#scram(rest)
        proved = false
      } else if (kind === 11 && scram) {
        this.#link.write(framed('p', Buffer.from(await scram.final(rest.toString('utf8')))))
      } else if (kind === 12 && scram) {
        scram.verify(rest.toString('utf8'))
        proved = true
      } else this.#passwordAs(kind, rest)
    }
  }

  /** Runs a simple query. Rows are counted and dropped; of the first result with rows the first value is kept. */
  async query(sql: string): Promise<Answer> {
    this.#link.write(framed('Q', zeroEnded(sql)))
    this.#asked = true
    const answer: Answer = { rows: 0, first: undefined }
    let state: 'before' | 'in' | 'after' = 'before'
    for (;;) {
      const { type, body } = await this.#message()
      if (type === 'Z') break
      if (type === 'T' && state === 'before') state = 'in'
      if (type === 'D' && state === 'in' && answer.rows++ === 0) answer.first = firstValue(body)
      if (type === 'C' && state === 'in') state = 'after'
      if (type === 'G' || type === 'W') throw new Fault('status', 'the query wants data to copy in; a check has none')
    }
    this.#asked = false
    return answer
  }

  goodbye(): Promise<void> {
    return this.reader.goodbye(TERMINATE)
  }

  /**
   * PostgreSQL goes on with a query whose client has gone, so it is told to stop, over a connection of its own as the
   * protocol demands. Nobody waits for it.
   */
  abandon(): void {
    if (!this.#asked || this.#key?.length !== 8) return
    const { address, port } = this.#link
    const request = Buffer.concat([int32(16), int32(CANCEL_CODE), this.#key])
    dial({ address, port, signal: AbortSignal.timeout(CANCEL_MS) })
      .then((link) => {
        // The server says nothing and hangs up, or the time is up.
        link.listen({ data: () => {}, end: () => link.close() })
        link.write(request)
      })
      .catch(() => {})
  }

  async #message(): Promise<{ type: string; body: Buffer }> {
    const head = await this.reader.take(5)
    const type = String.fromCharCode(head[0] ?? 0)
    const length = head.readInt32BE(1)
    const fits = this.#met ? KNOWN.includes(type) : FIRST.includes(type) && length < FIRST_LENGTH
    if (!fits || length < 4) throw this.reader.nonsense()
    this.#met = true
    const body = await this.reader.take(length - 4)
    if (type === 'E') throw refusal(body, this.account, this.#asked)
    if (type === 'S') {
      const [name = '', value = ''] = body.toString('utf8').split('\0')
      if (this.parameters.size < 100) this.parameters.set(name, value.slice(0, 200))
    }
    return { type, body }
  }

  #scram(offered: Buffer): Scram {
    const { password, salted } = this.account
    const mechanisms = offered.toString('utf8').split('\0')
    if (!mechanisms.includes('SCRAM-SHA-256')) throw unsupported(mechanisms.filter(Boolean).join(', '))
    if (!password) throw passwordMissing()
    // The name stands in the startup message; PostgreSQL ignores the one of SCRAM.
    const scram = new Scram('', password, salted)
    const first = Buffer.from(scram.first)
    this.#link.write(framed('p', zeroEnded('SCRAM-SHA-256'), int32(first.length), first))
    return scram
  }

  #passwordAs(kind: number, rest: Buffer): void {
    const { password, username } = this.account
    if (kind !== 3 && kind !== 5) throw unsupported(`number ${kind}`)
    if (!password) throw passwordMissing()
    if (kind === 3 && !this.#link.security) {
      throw new Fault('status', 'the server asks for the password in clear; turn on TLS')
    }
    const answer = kind === 3 ? password : `md5${md5(md5(password + username), rest.subarray(0, 4))}`
    this.#link.write(framed('p', zeroEnded(answer)))
  }
}

const md5 = (...parts: (string | Buffer)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('md5')).digest('hex')

const passwordMissing = () => new Fault('status', 'the server asks for a password and the monitor has none')
const unsupported = (method: string) =>
  new Fault('status', `the server asks to sign in by a method that is not supported: ${method}`)

function firstValue(row: Buffer): string | null | undefined {
  if (row.length < 6 || row.readInt16BE(0) < 1) return undefined
  const length = row.readInt32BE(2)
  return length < 0 ? null : row.toString('utf8', 6, 6 + length)
}
