import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Fault } from '#probes/fault'

/** PostgreSQL asks for 4,096 and MongoDB for 15,000; a hostile server may not keep our processors busy for ever. */
const MAX_ITERATIONS = 600_000

const derive = promisify(pbkdf2)
const hmac = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest()

/** The salted password of one set of settings: the costly part, kept while the server names the same salt. */
export type SaltedPassword = { for?: string; key?: Buffer }

const broken = () => new Fault('protocol', 'the server breaks the rules of SCRAM-SHA-256')

/** The attributes of one SCRAM message: `r=…,s=…,i=…`. */
const attributes = (message: string) =>
  new Map(message.split(',').map((part) => [part.slice(0, 2), part.slice(2)] as const))

/**
 * The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel binding. The password never leaves, and the
 * server has to prove that it knows it too.
 */
export class Scram {
  readonly first: string
  #bare: string
  #signature: Buffer | undefined

  constructor(
    username: string,
    readonly password: string,
    readonly salted: SaltedPassword,
    readonly nonce = randomBytes(18).toString('base64'),
  ) {
    this.#bare = `n=${username.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`
    this.first = `n,,${this.#bare}`
  }

  /** Answers the server's challenge. */
  async final(challenge: string): Promise<string> {
    const said = attributes(challenge)
    const [nonce = '', salt = '', rounds = ''] = [said.get('r='), said.get('s='), said.get('i=')]
    const iterations = Number(rounds)
    if (!nonce.startsWith(this.nonce) || nonce.length === this.nonce.length || !salt) throw broken()
    if (!Number.isInteger(iterations) || iterations < 1 || iterations > MAX_ITERATIONS) throw broken()
    const key = await this.#key(salt, iterations)
    const clientKey = hmac(key, 'Client Key')
    const stored = createHash('sha256').update(clientKey).digest()
    // "biws" is the base64 of "n,,".
    const bare = `c=biws,r=${nonce}`
    const whole = `${this.#bare},${challenge},${bare}`
    const mask = hmac(stored, whole)
    const proof = clientKey.map((byte, at) => byte ^ (mask[at] ?? 0))
    this.#signature = hmac(hmac(key, 'Server Key'), whole)
    return `${bare},p=${Buffer.from(proof).toString('base64')}`
  }

  /** Throws unless the server's last message proves that it knows the password. */
  verify(message: string): void {
    const given = Buffer.from(attributes(message).get('v=') ?? '', 'base64')
    const wanted = this.#signature
    if (wanted && given.length === wanted.length && timingSafeEqual(given, wanted)) return
    throw new Fault('protocol', 'the server could not prove that it knows the password')
  }

  async #key(salt: string, iterations: number): Promise<Buffer> {
    const name = `${iterations} ${salt}`
    if (this.salted.key && this.salted.for === name) return this.salted.key
    // SASLprep (RFC 4013) of what people use as passwords.
    const key = await derive(this.password.normalize('NFKC'), Buffer.from(salt, 'base64'), iterations, 32, 'sha256')
    Object.assign(this.salted, { for: name, key })
    return key
  }
}
