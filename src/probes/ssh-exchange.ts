import { randomBytes } from 'node:crypto'
import { type Conversation, MAX_BYTES } from '#probes/exchange'
import { Fault } from '#probes/fault'
import { exchangeHash, METHODS } from '#probes/ssh-kex'
import { ALGORITHMS, fingerprintOf, isSignedBy, KEY_TYPES, type KeyType, keyName } from '#probes/ssh-keys'
import { Fields, MESSAGE, nonsense, packet, payloadIn, string, uint32 } from '#probes/ssh-wire'
import { quoted } from '#probes/text'

/** What is needed to begin although nothing of it is ever used: nothing is sent under the keys. */
const CIPHERS =
  'chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-cbc,aes256-cbc,3des-cbc'
const MACS =
  'hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512,umac-128@openssh.com,hmac-sha1'
/** "By application" (RFC 4253 section 11.1). */
const BY_APPLICATION = 11

export type HostKey = {
  name: string
  fingerprint: string
  /** How the secret was agreed upon. */
  exchange: string
  /** The kinds of host key that the server has. */
  types: KeyType[]
}

const initOf = (hostKeys: string[]) =>
  Buffer.concat([
    Buffer.of(MESSAGE.kexinit),
    randomBytes(16),
    ...[Object.keys(METHODS).join(), hostKeys.join(), CIPHERS, CIPHERS, MACS, MACS, 'none', 'none', '', ''].map(string),
    // No guess of ours follows; the last four bytes are reserved.
    Buffer.of(0),
    uint32(0),
  ])

/** A key exchange with a server whose identification has been read, far enough to know its host key. */
export class SshExchange {
  #read: number

  constructor(
    readonly talk: Conversation,
    readonly versions: { ours: string; theirs: Buffer },
    /** How many bytes its identification took. */
    read: number,
  ) {
    this.#read = read
  }

  /** The host key, once the server has proved that it has it; or a sentence why there is none to be had. */
  async hostKey(wanted: KeyType | undefined): Promise<HostKey | string> {
    const ourInit = initOf((wanted ? [wanted] : KEY_TYPES).flatMap((type) => ALGORITHMS[type]))
    this.#send(ourInit)
    const theirInit = await this.#message(MESSAGE.kexinit)
    const { exchange, algorithm, guess, types } = agree(ourInit, theirInit)
    if (!exchange) return 'the server knows no key exchange that this check knows'
    if (!algorithm)
      return `the server has no ${wanted ?? 'usual'} host key${types.length ? `, only ${types.join(', ')}` : ''}`
    // Safe: what was agreed upon is one of ours.
    const method = METHODS[exchange] as (typeof METHODS)[string]
    const half = method.begin()
    this.#send(Buffer.concat([Buffer.of(MESSAGE.ask), half.shown]))
    if (guess) await this.#message()
    const reply = new Fields(await this.#message(MESSAGE.reply))
    reply.skip(1)
    const [hostKey, theirs, signature] = [reply.string(), reply.string(), reply.string()]
    const spoken = {
      ourVersion: Buffer.from(this.versions.ours),
      theirVersion: this.versions.theirs,
      ourInit,
      theirInit,
    }
    const secret = secretOf(half, theirs)
    const hash = exchangeHash(method, { ...spoken, hostKey, ours: half.shown, theirs, secret })
    const key = { name: keyName(hostKey), fingerprint: fingerprintOf(hostKey), exchange, types }
    if (isSignedBy(hostKey, signature, algorithm, hash)) return key
    throw new Fault('protocol', `the server shows the host key ${key.fingerprint} but cannot prove that it has it`)
  }

  /** Takes leave; a server that never hears this complains in its log. */
  leave() {
    const words = [string('the check is done'), string('')]
    this.#send(Buffer.concat([Buffer.of(MESSAGE.disconnect), uint32(BY_APPLICATION), ...words]))
  }

  #send(payload: Buffer) {
    this.talk.link.write(packet(payload))
  }

  /** The payload of the next message that matters; of this kind, where one is named. */
  async #message(kind?: number): Promise<Buffer> {
    for (;;) {
      let found: ReturnType<typeof payloadIn>
      await this.talk.until(() => {
        found = payloadIn(this.talk.received.subarray(this.#read))
        return found !== undefined
      })
      if (!found && this.talk.received.length >= MAX_BYTES) throw nonsense()
      if (!found) throw new Fault('reset', 'the server closed the connection during the key exchange')
      this.#read += found.length
      const [type = 0] = found.payload
      if (type === MESSAGE.disconnect) throw farewell(found.payload)
      if (type === MESSAGE.ignore || type === MESSAGE.debug || type === MESSAGE.unimplemented) continue
      if (kind !== undefined && type !== kind) throw nonsense()
      return found.payload
    }
  }
}

function secretOf(half: ReturnType<(typeof METHODS)[string]['begin']>, theirs: Buffer): Buffer {
  try {
    return half.secret(theirs)
  } catch (cause) {
    throw new Fault('protocol', 'the server shows a key that cannot be used in the key exchange', { cause })
  }
}

function farewell(payload: Buffer): Fault {
  const fields = new Fields(payload)
  fields.skip(5)
  return new Fault('reset', `the server broke off: ${quoted(fields.string().toString('utf8'))}`)
}

/** The first of ours that the server knows too (RFC 4253 section 7.1). */
function agree(ourInit: Buffer, theirInit: Buffer) {
  const [ours, theirs] = [new Fields(ourInit), new Fields(theirInit)]
  for (const fields of [ours, theirs]) fields.skip(17)
  const [ourExchanges, ourKeys] = [ours.names(), ours.names()]
  const [exchanges, keys] = [theirs.names(), theirs.names()]
  for (let lists = 2; lists < 10; lists++) theirs.string()
  const follows = theirs.byte() !== 0
  return {
    exchange: ourExchanges.find((name) => exchanges.includes(name)),
    algorithm: ourKeys.find((name) => keys.includes(name)),
    /** The server sent a first message on a guess, and the guess was wrong. */
    guess: follows && (exchanges[0] !== ourExchanges[0] || keys[0] !== ourKeys[0]),
    types: KEY_TYPES.filter((type) => ALGORITHMS[type].some((name) => keys.includes(name))),
  }
}
