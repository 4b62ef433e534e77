import { Duplex } from 'node:stream'
import { Fault } from '#probes/fault'
import type { Link } from '#probes/link'

// What the health service of gRPC needs: https://github.com/grpc/grpc/blob/master/doc/health-checking.md,
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md.

/** A health answer has a few bytes; this leaves room for headers of any taste. */
const MAX_BYTES = 65_536
const SETTINGS_FRAME = 4

/** Our connection as a stream, so that HTTP/2 runs over the very address that was resolved and permitted. */
export class LinkStream extends Duplex {
  first_at: number | undefined
  #start: Buffer = Buffer.alloc(0)
  #total = 0
  #judged = false

  constructor(readonly link: Link) {
    super()
    link.listen({ data: (chunk) => this.#arrive(chunk), end: (error) => this.#end(error) })
  }

  #arrive(chunk: Buffer) {
    this.first_at ??= performance.now()
    this.#total += chunk.length
    if (this.#total > MAX_BYTES) return void this.destroy(new Fault('protocol', 'the server sent more than 64 KB'))
    if (this.#judged) return void this.push(chunk)
    this.#start = Buffer.concat([this.#start, chunk])
    if (this.#start.length < 4) return
    // The first frame of a server is SETTINGS (RFC 9113 section 3.4): three bytes of length, then its type.
    if (this.#start[3] !== SETTINGS_FRAME || (this.#start[0] ?? 0) > 0) return void this.destroy(this.#foreign())
    this.#judged = true
    this.push(this.#start)
  }

  #foreign(): Fault {
    const http1 = this.#start.toString('latin1', 0, 4) === 'HTTP'
    return new Fault('protocol', `the server does not speak HTTP/2${http1 ? ', only HTTP/1.1' : ''}`)
  }

  #end(error?: Error) {
    if (error) return void this.destroy(error)
    if (this.#judged) return void this.push(null)
    const start = this.first_at === undefined ? 'without an answer' : 'before it spoke HTTP/2'
    this.destroy(new Fault('reset', `the server closed the connection ${start}`))
  }

  override _read() {}

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void) {
    this.link.write(chunk)
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void) {
    this.link.close()
    done(error)
  }
}

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))]

/** `HealthCheckRequest { string service = 1 }` in a gRPC message without compression. */
export function healthRequest(service: string): Buffer {
  const name = Buffer.from(service)
  const body = name.length ? Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name]) : name
  const head = Buffer.alloc(5)
  head.writeUInt32BE(body.length, 1)
  return Buffer.concat([head, body])
}

const nonsense = () => new Fault('protocol', 'the answer is not one of the gRPC health service')

function readVarint(bytes: Buffer, at: number): [value: number, next: number] {
  let value = 0
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) break
    value += (byte & 127) * 2 ** (7 * i)
    if (byte < 128) return [value, at + i + 1]
  }
  throw nonsense()
}

/** `HealthCheckResponse { ServingStatus status = 1 }`; fields that are new to us are skipped. */
export function healthStatus(message: Buffer): number {
  if (message.length < 5 || message[0] !== 0 || message.readUInt32BE(1) !== message.length - 5) throw nonsense()
  let status = 0
  let at = 5
  while (at < message.length) {
    const [tag, start] = readVarint(message, at)
    const kind = tag % 8
    if (kind === 0) {
      const [value, next] = readVarint(message, start)
      if (tag >> 3 === 1) status = value
      at = next
    } else if (kind === 2) {
      const [length, next] = readVarint(message, start)
      at = next + length
    } else if (kind === 1 || kind === 5) at = start + (kind === 1 ? 8 : 4)
    else throw nonsense()
  }
  if (at > message.length) throw nonsense()
  return status
}

/** Names and meaning: https://github.com/grpc/grpc/blob/master/doc/statuscodes.md. */
export const GRPC_CODES: Record<number, string> = {
  0: 'OK',
  1: 'CANCELLED',
  2: 'UNKNOWN',
  3: 'INVALID_ARGUMENT',
  4: 'DEADLINE_EXCEEDED',
  5: 'NOT_FOUND',
  6: 'ALREADY_EXISTS',
  7: 'PERMISSION_DENIED',
  8: 'RESOURCE_EXHAUSTED',
  9: 'FAILED_PRECONDITION',
  10: 'ABORTED',
  11: 'OUT_OF_RANGE',
  12: 'UNIMPLEMENTED',
  13: 'INTERNAL',
  14: 'UNAVAILABLE',
  15: 'DATA_LOSS',
  16: 'UNAUTHENTICATED',
}
