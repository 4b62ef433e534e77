import type { Answer } from '#probes/answer'
import type { ByteReader } from '#probes/byte-reader'
import { Fault } from '#probes/fault'
import { cachingSha2, inClear, nativePassword, sealed } from '#probes/mysql-auth'
import { type Account, lengthAt, refusal, textAt } from '#probes/mysql-packets'

// https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__capabilities__flags.html
const LONG_PASSWORD = 0x1
const WITH_DATABASE = 0x8
const PROTOCOL_41 = 0x200
const SSL = 0x800
const TRANSACTIONS = 0x2000
const SECURE_CONNECTION = 0x8000
const MULTI_RESULTS = 0x20000
const PLUGIN_AUTH = 0x80000
/** utf8mb4_general_ci, which MySQL and MariaDB number alike. */
const UTF8 = 45
const MAX_PACKET = 0xffffff
const MORE_RESULTS = 0x8
const GREETING_LENGTH = 1_024
const OK = 0x00
const MORE_DATA = 0x01
const INFILE = 0xfb
const END = 0xfe
const ERROR = 0xff
const QUIT = Buffer.from([1, 0, 0, 0, 1])

export type Greeting = { version: string; capabilities: number; scramble: Buffer; plugin: string }

/** Reads what the server says first; whoever has no place or no trust for us says so instead. */
export async function greeting(reader: ByteReader, account: Account): Promise<Greeting> {
  const head = await reader.take(4)
  const length = head.readUIntLE(0, 3)
  if (length < 3 || length > GREETING_LENGTH || head[3] !== 0) throw reader.nonsense()
  const body = await reader.take(length)
  if (body[0] === ERROR) throw refusal(body, account, false)
  const end = body.indexOf(0, 1)
  // Version 10 since MySQL 3.21; 31 bytes of fixed fields follow the version.
  if (body[0] !== 10 || end < 0 || body.length < end + 32) throw reader.nonsense()
  const at = end + 1
  const capabilities = (body.readUInt16LE(at + 13) | (body.readUInt16LE(at + 18) << 16)) >>> 0
  if (!(capabilities & PROTOCOL_41)) throw new Fault('protocol', 'the server is older than MySQL 4.1')
  const rest = body.subarray(at + 31)
  const scramble = Buffer.concat([body.subarray(at + 4, at + 12), rest.subarray(0, 12)])
  // MariaDB puts 5.5.5- before its version, for the eyes of old replicas.
  const version = body
    .toString('latin1', 1, end)
    .replace(/^5\.5\.5-/, '')
    .slice(0, 100)
  return { version, capabilities, scramble, plugin: textAt(body, at + 31 + 13) }
}

const base = (database: string) =>
  LONG_PASSWORD |
  PROTOCOL_41 |
  TRANSACTIONS |
  SECURE_CONNECTION |
  MULTI_RESULTS |
  PLUGIN_AUTH |
  (database ? WITH_DATABASE : 0)

function opening(capabilities: number): Buffer {
  const bytes = Buffer.alloc(32)
  bytes.writeUInt32LE(capabilities)
  bytes.writeUInt32LE(MAX_PACKET, 4)
  bytes[8] = UTF8
  return bytes
}

const packet = (body: Uint8Array, sequence: number) => {
  const head = Buffer.alloc(4)
  head.writeUIntLE(body.length, 0, 3)
  head[3] = sequence
  return Buffer.concat([head, body])
}

/** What asks for TLS between the greeting and everything else; undefined when the server offers none. */
export const tlsRequest = ({ capabilities }: Greeting, { database }: Account): Buffer | undefined =>
  capabilities & SSL ? packet(opening(base(database) | SSL), 1) : undefined

/** One session of the MySQL protocol with its text results, as much of it as a check needs. */
export class MysqlWire {
  #sequence = 0
  #asked = false

  constructor(
    readonly reader: ByteReader,
    readonly account: Account,
  ) {}

  async signIn({ scramble, plugin: offered }: Greeting): Promise<void> {
    const { username, password, database } = this.account
    const secured = !!this.reader.link.security
    let plugin = offered === 'caching_sha2_password' ? offered : 'mysql_native_password'
    let salt = scramble
    const proof = this.#proof(plugin, salt)
    const names = [`${username}\0`, database && `${database}\0`, `${plugin}\0`].map((it) => Buffer.from(it))
    const [user = proof, ...rest] = names
    const first = opening(base(database) | (secured ? SSL : 0))
    this.#sequence = secured ? 2 : 1
    this.#write(Buffer.concat([first, user, Buffer.from([proof.length]), proof, ...rest]))
    for (;;) {
      const body = await this.#packet()
      if (body[0] === OK) return
      if (body[0] === END && body.length > 1) {
        plugin = textAt(body, 1)
        salt = body.subarray(2 + Buffer.byteLength(plugin), 22 + Buffer.byteLength(plugin))
        this.#write(this.#proof(plugin, salt))
      } else if (body[0] === MORE_DATA && plugin === 'caching_sha2_password') {
        // 3: the server knew the password from before, and OK follows. 4: it wants all of it.
        if (body[1] === 4) await this.#whole(password, salt)
        else if (body[1] !== 3) throw this.reader.nonsense()
      } else throw unsupported(body[0] === END ? 'mysql_old_password' : plugin)
    }
  }

  /** Runs a query. Rows are counted and dropped; of the first result with rows the first value is kept. */
  async query(sql: string): Promise<Answer> {
    this.#sequence = 0
    this.#asked = true
    this.#write(Buffer.concat([Buffer.from([3]), Buffer.from(sql)]))
    let head = await this.#packet()
    // Results without rows come first in what a procedure answers.
    while (head[0] === OK && moreFollows(head)) head = await this.#packet()
    if (head[0] === OK) return { rows: 0, first: undefined }
    if (head[0] === INFILE) throw new Fault('protocol', 'the server asks for a file of this machine; it gets none')
    let columns = lengthAt(head, 0).length
    while (columns-- > 0) await this.#packet()
    const answer: Answer = { rows: 0, first: undefined }
    if (!isEnd(await this.#packet())) throw this.reader.nonsense()
    for (;;) {
      const row = await this.#packet()
      if (isEnd(row)) return answer
      if (answer.rows++ === 0) answer.first = firstValue(row)
    }
  }

  goodbye(): Promise<void> {
    return this.reader.goodbye(QUIT)
  }

  #write(body: Uint8Array) {
    this.reader.link.write(packet(body, this.#sequence))
  }

  async #packet(): Promise<Buffer> {
    const head = await this.reader.take(4)
    const length = head.readUIntLE(0, 3)
    if (length < 1) throw this.reader.nonsense()
    this.#sequence = ((head[3] ?? 0) + 1) & 0xff
    const body = await this.reader.take(length)
    if (body[0] === ERROR) throw refusal(body, this.account, this.#asked)
    return body
  }

  #proof(plugin: string, salt: Buffer): Buffer {
    const { password } = this.account
    if (plugin === 'mysql_native_password') return nativePassword(password, salt)
    if (plugin === 'caching_sha2_password') return cachingSha2(password, salt)
    if (plugin !== 'mysql_clear_password') throw unsupported(plugin)
    if (this.reader.link.security) return inClear(password)
    throw new Fault('status', 'the server asks for the password in clear; turn on TLS')
  }

  async #whole(password: string, salt: Buffer): Promise<void> {
    if (this.reader.link.security) return this.#write(inClear(password))
    this.#write(Buffer.from([2]))
    const answer = await this.#packet()
    if (answer[0] !== MORE_DATA) throw this.reader.nonsense()
    let secret: Buffer
    try {
      secret = sealed(password, salt, answer.subarray(1))
    } catch {
      throw new Fault('protocol', 'the server sent no usable key for the password; turn on TLS')
    }
    this.#write(secret)
  }
}

const unsupported = (plugin: string) =>
  new Fault('status', `the server asks to sign in by a method that is not supported: ${plugin.slice(0, 60)}`)

const isEnd = (body: Buffer) => body[0] === END && body.length < 9

/** An OK packet: affected rows, the last id, then the status. */
function moreFollows(body: Buffer): boolean {
  const { next } = lengthAt(body, 1)
  const { next: at } = lengthAt(body, next)
  return at + 2 <= body.length && (body.readUInt16LE(at) & MORE_RESULTS) !== 0
}

function firstValue(row: Buffer): string | null {
  if (row[0] === INFILE) return null
  const { length, next } = lengthAt(row, 0)
  return row.toString('utf8', next, next + length)
}
