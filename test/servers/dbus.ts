// As much of https://dbus.freedesktop.org/doc/dbus-specification.html as a desktop's notifications need, little endian.

export type Message = {
  type: number
  flags: number
  serial: number
  fields: Record<number, string | number>
  body: Reader
}
const PADDING: Record<string, number> = { y: 1, g: 1, v: 1, n: 2, q: 2, b: 4, u: 4, i: 4, s: 4, o: 4, a: 4, h: 4 }
/** Structures, entries of dictionaries and everything of 64 bits. */
const paddingOf = (type: string) => PADDING[type[0] ?? ''] ?? 8
const padded = (at: number, to: number) => Math.ceil(at / to) * to

/** Reads values one after the other, in the order of their signature. */
export class Reader {
  constructor(
    private readonly bytes: Buffer,
    public at = 0,
  ) {}
  private skip(to: number) {
    this.at = padded(this.at, to)
  }
  byte() {
    return this.bytes[this.at++] ?? 0
  }
  uint() {
    this.skip(4)
    this.at += 4
    return this.bytes.readUInt32LE(this.at - 4)
  }
  text() {
    const size = this.uint()
    this.at += size + 1
    return this.bytes.toString('utf8', this.at - size - 1, this.at - 1)
  }
  signature() {
    const size = this.byte()
    this.at += size + 1
    return this.bytes.toString('utf8', this.at - size - 1, this.at - 1)
  }
  array<T>(type: string, item: () => T): T[] {
    const size = this.uint()
    this.skip(paddingOf(type))
    const [end, items]: [number, T[]] = [this.at + size, []]
    while (this.at < end) items.push(item())
    return items
  }
  /** Of the kinds that headers have. */
  field(): [number, string | number] {
    this.skip(8)
    const name = this.byte()
    const type = this.signature()
    return [name, type === 'u' ? this.uint() : type === 'g' ? this.signature() : this.text()]
  }
}

/** The message that begins `bytes`, and how long it is; nothing while it is not all there. */
export function messageIn(bytes: Buffer): { message: Message; size: number } | undefined {
  if (bytes.length < 16) return undefined
  const start = padded(16 + bytes.readUInt32LE(12), 8)
  const size = start + bytes.readUInt32LE(4)
  if (bytes.length < size) return undefined
  const reader = new Reader(bytes, 12)
  const fields = Object.fromEntries(reader.array('(yv)', () => reader.field()))
  const body = new Reader(bytes.subarray(start, size))
  return { size, message: { type: bytes[1] ?? 0, flags: bytes[2] ?? 0, serial: bytes.readUInt32LE(8), fields, body } }
}

type Value = string | number | boolean | string[]
class Writer {
  bytes: number[] = []
  pad(to: number) {
    while (this.bytes.length % to > 0) this.bytes.push(0)
  }
  uint(value: number) {
    this.pad(4)
    for (const shift of [0, 8, 16, 24]) this.bytes.push((value >>> shift) & 255)
  }
  text(value: string) {
    const text = Buffer.from(value)
    this.uint(text.length)
    this.bytes.push(...text, 0)
  }
  signature(value: string) {
    this.bytes.push(value.length, ...Buffer.from(value), 0)
  }
  value(value: Value) {
    if (typeof value === 'string') return this.text(value)
    if (!Array.isArray(value)) return this.uint(Number(value))
    const items = new Writer()
    for (const item of value) items.text(item)
    this.uint(items.bytes.length)
    this.bytes.push(...items.bytes)
  }
}
const signatureOf = (value: Value) =>
  typeof value === 'string' ? 's' : typeof value === 'boolean' ? 'b' : Array.isArray(value) ? 'as' : 'u'

const TYPES: Record<number, string> = { 1: 'o', 5: 'u', 8: 'g' }
/** A message of ours; `fields` by their numbers in the specification. */
export function messageOf(
  type: number,
  serial: number,
  fields: Record<number, string | number>,
  body: Value[],
): Buffer {
  const content = new Writer()
  for (const value of body) content.value(value)
  const header = new Writer()
  header.bytes.push('l'.charCodeAt(0), type, 0, 1)
  header.uint(content.bytes.length)
  header.uint(serial)
  // Structures begin at multiples of 8, and the first byte after the length of the array is one.
  const list = new Writer()
  const all = { ...fields, ...(body.length > 0 && { 8: body.map(signatureOf).join('') }) }
  for (const [name, value] of Object.entries(all)) {
    list.pad(8)
    list.bytes.push(Number(name))
    const kind = TYPES[Number(name)] ?? 's'
    list.signature(kind)
    if (kind === 'g') list.signature(String(value))
    else list.value(value)
  }
  header.uint(list.bytes.length)
  header.bytes.push(...list.bytes)
  header.pad(8)
  return Buffer.from([...header.bytes, ...content.bytes])
}
