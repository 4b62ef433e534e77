import { type BsonDocument, BsonError, decodeBson, encodeBson, int32 } from '#probes/bson'
import type { ByteReader } from '#probes/byte-reader'
import { quoted } from '#probes/database'
import { Fault } from '#probes/fault'
import type { Redact } from '#probes/redact'
import { type SaltedPassword, Scram } from '#probes/scram'

// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/#op_msg
const OP_MSG = 2013
const HEAD = 16
/** Head, flags, the kind of the section and the smallest document. */
const SMALLEST = HEAD + 4 + 1 + 5
const LARGEST = 1_048_576
const CHECKSUM = 1

export type Account = { username: string; password: string; source: string; salted: SaltedPassword; redact: Redact }

type Fields = Parameters<typeof encodeBson>[0]

/** One connection of the MongoDB wire protocol, with one question at a time. */
export class MongodbWire {
  #id = 0

  constructor(
    readonly reader: ByteReader,
    readonly account: Account,
  ) {}

  /** Runs a command; an answer that is not ok is a Fault with the server's `code` and words. */
  async run(fields: Fields, database = 'admin'): Promise<BsonDocument> {
    const id = ++this.#id
    const body = encodeBson({ ...fields, $db: database })
    const head = [HEAD + 5 + body.length, id, 0, OP_MSG, 0].map(int32)
    this.reader.link.write(Buffer.concat([...head, Uint8Array.of(0), body]))
    const answer = await this.#answer(id)
    if (Number(answer.get('ok')) === 1) return answer
    throw this.#refusal(answer)
  }

  /** SCRAM-SHA-256 in the frame of saslStart and saslContinue. */
  async signIn(): Promise<void> {
    const { username, password, source, salted } = this.account
    const scram = new Scram(username, password, salted)
    const mechanism = 'SCRAM-SHA-256'
    const payload = Buffer.from(scram.first)
    const start = { saslStart: 1, mechanism, payload, options: { skipEmptyExchange: true } }
    const first = await this.run(start, source)
    const id = first.get('conversationId')
    const more = (text: string) =>
      this.run({ saslContinue: 1, conversationId: Number(id), payload: Buffer.from(text) }, source)
    const second = await more(await scram.final(payloadOf(first)))
    scram.verify(payloadOf(second))
    // Servers before 4.4 want one more word that says nothing.
    if (second.get('done') !== true) await more('')
  }

  async #answer(id: number): Promise<BsonDocument> {
    const head = await this.reader.take(HEAD)
    const length = head.readInt32LE(0)
    if (length < SMALLEST || length > LARGEST || head.readInt32LE(8) !== id || head.readInt32LE(12) !== OP_MSG) {
      throw this.reader.nonsense()
    }
    const rest = await this.reader.take(length - HEAD)
    // One section of kind 0 is all that a server may answer to a command; we never ask for checksums.
    if (rest.readInt32LE(0) & CHECKSUM || rest[4] !== 0) throw this.reader.nonsense()
    try {
      return decodeBson(rest.subarray(5))
    } catch (error) {
      if (error instanceof BsonError) throw this.reader.nonsense()
      throw error
    }
  }

  #refusal(answer: BsonDocument): Fault {
    const { username, redact } = this.account
    const code = Number(answer.get('code') ?? 0)
    const said = quoted(String(answer.get('errmsg') ?? 'without a reason'), redact)
    const known: Record<number, string> = {
      11: `wrong user name or password for “${username}”`,
      13: username ? `user “${username}” may not do this: ${said}` : `the server asks for a user: ${said}`,
      18: `wrong user name or password for “${username}”`,
      91: 'the server is being shut down',
      334: `the server does not offer SCRAM-SHA-256 to “${username}”`,
    }
    const evidence = { error_number: code, server_said: said }
    return new Fault('status', known[code] ?? `the server refuses: ${said}`, { evidence })
  }
}

function payloadOf(answer: BsonDocument): string {
  const payload = answer.get('payload')
  if (payload instanceof Uint8Array) return Buffer.from(payload).toString('utf8')
  throw new Fault('protocol', 'the server breaks the rules of SCRAM-SHA-256')
}
