import { Fault } from '#probes/fault'

/** Message numbers (RFC 4253 section 12, RFC 5656 section 7.1). */
export const MESSAGE = {
  disconnect: 1,
  ignore: 2,
  unimplemented: 3,
  debug: 4,
  kexinit: 20,
  newkeys: 21,
  ask: 30,
  reply: 31,
}

/** Larger packets than this need not be understood by anybody (RFC 4253 section 6.1). */
const MAX_PACKET = 35_000
/** Before there are keys, packets are padded to a multiple of eight bytes. */
const BLOCK = 8

export const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Bytes with their length in front (RFC 4251 section 5). */
export const string = (bytes: Uint8Array | string) => {
  const body = Buffer.from(bytes as Uint8Array)
  return Buffer.concat([uint32(body.length), body])
}

/** A positive number of any size: without leading zeros, but with one where it would look negative. */
export function mpint(bytes: Uint8Array): Buffer {
  let start = 0
  while (start < bytes.length && bytes[start] === 0) start++
  const digits = bytes.subarray(start)
  const negative = (digits[0] ?? 0) >= 0x80
  return string(negative ? Buffer.concat([Buffer.alloc(1), digits]) : digits)
}

/** A packet as it goes over the wire before there are keys (RFC 4253 section 6). */
export function packet(payload: Buffer): Buffer {
  // Four to eleven bytes of padding make it a multiple of eight.
  const padding = BLOCK + 3 - ((payload.length + 5 + 3) % BLOCK)
  return Buffer.concat([uint32(payload.length + padding + 1), Buffer.of(padding), payload, Buffer.alloc(padding)])
}

/** The first packet's payload, and how many bytes it took; undefined while it is not complete. */
export function payloadIn(bytes: Buffer): { payload: Buffer; length: number } | undefined {
  if (bytes.length < 5) return
  const size = bytes.readUInt32BE(0)
  const padding = bytes.readUInt8(4)
  if (size > MAX_PACKET || size < padding + 2) throw nonsense()
  if (bytes.length < 4 + size) return
  return { payload: bytes.subarray(5, 4 + size - padding), length: 4 + size }
}

export const nonsense = () => new Fault('protocol', 'the server sends something that is no SSH')

/** Reads the fields of a message one after the other. */
export class Fields {
  #at = 0
  constructor(readonly bytes: Buffer) {}

  skip(count: number) {
    this.#at += count
  }

  byte(): number {
    if (this.#at >= this.bytes.length) throw nonsense()
    return this.bytes.readUInt8(this.#at++)
  }

  string(): Buffer {
    if (this.#at + 4 > this.bytes.length) throw nonsense()
    const from = this.#at + 4
    const to = from + this.bytes.readUInt32BE(this.#at)
    if (to > this.bytes.length) throw nonsense()
    this.#at = to
    return this.bytes.subarray(from, to)
  }

  names(): string[] {
    return this.string().toString('latin1').split(',').filter(Boolean)
  }
}
