/** What this program says and understands of BSON; values of other kinds are skipped over. https://bsonspec.org/spec.html */
type Bson = string | number | boolean | null | undefined | Uint8Array | BsonDocument | Bson[]
/** A map, so that no name of a field that a server chooses can mean anything to JavaScript. */
export type BsonDocument = Map<string, Bson>

const MAX_DEPTH = 32
/** What kinds without a value here take, in bytes: ObjectId, date, timestamp, decimal and the ends of the order. */
const SKIPPED: Record<number, number> = { 7: 12, 9: 8, 17: 8, 19: 16, 255: 0, 127: 0 }

export class BsonError extends Error {}

type Writable = string | number | boolean | Uint8Array | { [name: string]: Writable }

/** A document of texts, whole numbers, booleans, bytes and documents; the order of the fields is kept. */
export function encodeBson(fields: { [name: string]: Writable }): Buffer {
  const parts = Object.entries(fields).map(([name, value]) => {
    const [kind, body] = encoded(value)
    return Buffer.concat([Uint8Array.of(kind), Buffer.from(`${name}\0`), body])
  })
  const body = Buffer.concat([...parts, Uint8Array.of(0)])
  return Buffer.concat([int32(body.length + 4), body])
}

export const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

function encoded(value: Writable): [number, Uint8Array] {
  if (typeof value === 'number') return [16, int32(value)]
  if (typeof value === 'boolean') return [8, Uint8Array.of(value ? 1 : 0)]
  if (typeof value === 'string') {
    const text = Buffer.from(`${value}\0`)
    return [2, Buffer.concat([int32(text.length), text])]
  }
  if (value instanceof Uint8Array) return [5, Buffer.concat([int32(value.length), Uint8Array.of(0), value])]
  return [3, encodeBson(value)]
}

/** Reads one document that fills the bytes; throws a BsonError when they are none. */
export function decodeBson(bytes: Buffer): BsonDocument {
  try {
    return new Reader(bytes).document(0)
  } catch (error) {
    if (error instanceof RangeError) throw new BsonError('it ends too early')
    throw error
  }
}

class Reader {
  #at = 0
  constructor(readonly bytes: Buffer) {}

  document(depth: number): BsonDocument {
    const fields: BsonDocument = new Map()
    const end = this.#at + this.bytes.readInt32LE(this.#at)
    if (depth > MAX_DEPTH || end > this.bytes.length || end < this.#at + 5) throw new BsonError('no document')
    this.#at += 4
    for (;;) {
      const kind = this.bytes.readUInt8(this.#at++)
      if (kind === 0) break
      const name = this.#name()
      fields.set(name, this.#value(kind, depth))
    }
    if (this.#at !== end) throw new BsonError('a wrong length')
    return fields
  }

  #value(kind: number, depth: number): Bson {
    const { bytes } = this
    switch (kind) {
      case 1:
        return bytes.readDoubleLE(this.#forth(8))
      case 2:
      case 13:
      case 14:
        return this.#text()
      case 3:
        return this.document(depth + 1)
      case 4:
        return [...this.document(depth + 1).values()]
      case 5: {
        const length = bytes.readInt32LE(this.#forth(4))
        const from = this.#forth(this.#sane(length) + 1) + 1
        return bytes.subarray(from, from + length)
      }
      case 6:
        return undefined
      case 8:
        return bytes.readUInt8(this.#forth(1)) === 1
      case 10:
        return null
      case 16:
        return bytes.readInt32LE(this.#forth(4))
      case 18:
        return Number(bytes.readBigInt64LE(this.#forth(8)))
      default:
        return this.#skipped(kind)
    }
  }

  #skipped(kind: number): undefined {
    const length = SKIPPED[kind]
    if (length !== undefined) this.#forth(length)
    else if (kind === 11) {
      this.#name()
      this.#name()
    } else if (kind === 12) {
      this.#text()
      this.#forth(12)
    } else if (kind === 15) this.#forth(this.#sane(this.bytes.readInt32LE(this.#at)))
    else throw new BsonError('an unknown kind of value')
  }

  #name(): string {
    const end = this.bytes.indexOf(0, this.#at)
    if (end < 0) throw new BsonError('a name without an end')
    const name = this.bytes.toString('utf8', this.#at, end)
    this.#at = end + 1
    return name
  }

  #text(): string {
    const length = this.#sane(this.bytes.readInt32LE(this.#forth(4)))
    const from = this.#forth(length)
    return this.bytes.toString('utf8', from, from + Math.max(0, length - 1))
  }

  #sane(length: number): number {
    if (length < 0 || length > this.bytes.length - this.#at) throw new BsonError('a wrong length')
    return length
  }

  /** Moves on and answers where it was. */
  #forth(length: number): number {
    const before = this.#at
    this.#at += length
    if (this.#at > this.bytes.length) throw new BsonError('it ends too early')
    return before
  }
}
