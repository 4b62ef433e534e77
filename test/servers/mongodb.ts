import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { createServer } from 'node:tls'
import { BSON, type Document } from 'bson'
import type { Pair } from '../certs'
import { bound, type Listening, listening } from '../probing'

/*
 * Debian has no MongoDB. This stands in for it: what it reads and writes goes through the BSON library of MongoDB's own
 * makers, its side of SCRAM follows RFC 5802, and its answers are those of a MongoDB 7.
 */

type User = { name: string; password: string; source?: string }
type Options = {
  hello?: Document
  user?: User
  tls?: Pair
  /** Answers instead of the usual ones; undefined leaves it to them. */
  instead?: (command: Document) => Document | undefined
}

const WRONG = { ok: 0, code: 18, codeName: 'AuthenticationFailed', errmsg: 'Authentication failed.' }
const hmac = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest()

/** The server's side of SCRAM-SHA-256: it keeps no password, only what was derived from it. */
function scramOf({ name, password, source = 'admin' }: User) {
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, 15_000, 32, 'sha256')
  const stored = createHash('sha256').update(hmac(salted, 'Client Key')).digest()
  const serverKey = hmac(salted, 'Server Key')
  let [bare, challenge] = ['', '']
  return {
    start(payload: string, database: string): Document {
      bare = payload.replace(/^n,,/, '')
      const said = /^n=(.*?),r=(.+)$/.exec(bare)
      const given = said?.[1]?.replaceAll('=2C', ',').replaceAll('=3D', '=')
      if (given !== name || database !== source) return WRONG
      challenge = `r=${said?.[2]}${randomBytes(9).toString('base64')},s=${salt.toString('base64')},i=15000`
      return { ok: 1, conversationId: 7, done: false, payload: new BSON.Binary(Buffer.from(challenge)) }
    },
    go(payload: string): Document {
      if (!payload) return { ok: 1, conversationId: 7, done: true, payload: new BSON.Binary(Buffer.alloc(0)) }
      const [, whole = '', proof = ''] = /^(.*),p=(.+)$/.exec(payload) ?? []
      const message = `${bare},${challenge},${whole}`
      const mask = hmac(stored, message)
      const key = Buffer.from(proof, 'base64').map((byte, at) => byte ^ (mask[at] ?? 0))
      if (!createHash('sha256').update(key).digest().equals(stored)) return WRONG
      const v = Buffer.from(`v=${hmac(serverKey, message).toString('base64')}`)
      return { ok: 1, conversationId: 7, done: false, payload: new BSON.Binary(v) }
    },
  }
}

/** One answer of OP_MSG. */
export function reply(id: number, document: Document): Buffer {
  const body = BSON.serialize(document)
  const head = Buffer.alloc(21)
  head.writeInt32LE(21 + body.length, 0)
  head.writeInt32LE(1, 4)
  head.writeInt32LE(id, 8)
  head.writeInt32LE(2013, 12)
  return Buffer.concat([head, body])
}

function speak(socket: Socket, { hello = {}, user, instead }: Options) {
  const scram = user && scramOf(user)
  let received = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    while (received.length >= 4 && received.length >= received.readInt32LE(0)) {
      const message = received.subarray(0, received.readInt32LE(0))
      received = received.subarray(message.length)
      const command = BSON.deserialize(message.subarray(21))
      socket.write(reply(message.readInt32LE(4), instead?.(command) ?? usual(command, hello, scram)))
    }
  })
}

function usual(command: Document, hello: Document, scram: ReturnType<typeof scramOf> | undefined): Document {
  const payload = () => Buffer.from(command.payload.buffer).toString()
  if (command.saslStart) return scram?.start(payload(), command.$db) ?? WRONG
  if (command.saslContinue) return scram && command.conversationId === 7 ? scram.go(payload()) : WRONG
  if (command.buildInfo) return { version: '7.0.14', versionArray: [7, 0, 14, 0], debug: false, ok: 1 }
  if (command.ping) return { ok: 1 }
  if (!command.hello) return { ok: 0, code: 59, codeName: 'CommandNotFound', errmsg: 'no such command' }
  return {
    ...{ isWritablePrimary: true, maxBsonObjectSize: 16_777_216, localTime: new Date(), ok: 1 },
    ...{ topologyVersion: { processId: new BSON.ObjectId(), counter: BSON.Long.fromNumber(6) } },
    ...{ minWireVersion: 0, maxWireVersion: 21, readOnly: false },
    ...{ lastWrite: { opTime: { ts: new BSON.Timestamp({ t: 1, i: 1 }), t: BSON.Long.fromNumber(-1) } } },
    ...hello,
  }
}

export async function mongodbServer(options: Options = {}): Promise<Listening> {
  if (!options.tls) return listening((socket) => speak(socket, options))
  const server = createServer(options.tls, (socket) =>
    speak(
      socket.on('error', () => {}),
      options,
    ),
  )
  server.on('tlsClientError', () => {})
  return { ...(await bound(server)), close: () => server.close() }
}
