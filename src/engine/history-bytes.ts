/** Bytes that grow as needed: whole numbers of seven bits a byte, so that small ones take one. */
export class ByteWriter {
  #bytes: Uint8Array
  length = 0
  constructor(room = 64) {
    this.#bytes = new Uint8Array(room)
  }
  /** A whole number from 0 to 2^53. */
  number(value: number): void {
    if (this.#bytes.length - this.length < 8) this.#grow()
    let left = value
    while (left > 127) {
      this.#bytes[this.length++] = (left % 128) + 128
      left = Math.floor(left / 128)
    }
    this.#bytes[this.length++] = left
  }
  /** One that may be negative: near to zero it is small either way. */
  signed(value: number): void {
    this.number(value < 0 ? -2 * value - 1 : 2 * value)
  }
  /** What was written so far, not a copy. */
  used(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }
  #grow() {
    const grown = new Uint8Array(this.#bytes.length * 2)
    grown.set(this.used())
    this.#bytes = grown
  }
}

/** Reads what `ByteWriter` wrote. */
export class ByteReader {
  #at = 0
  readonly #bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }
  get more(): boolean {
    return this.#at < this.#bytes.length
  }
  number(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      // Past the end there is nothing, which ends a number that was cut short.
      const byte = this.#bytes[this.#at++] ?? 0
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  signed(): number {
    const value = this.number()
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }
}
