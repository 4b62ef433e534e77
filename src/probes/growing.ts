const LEAST = 512

/**
 * Bytes that arrive in pieces, in one piece of memory of at most `most` bytes: a million pieces of one byte cost a
 * megabyte here, while a list of them would cost a hundred.
 */
export class Growing {
  #store = Buffer.alloc(0)
  #length = 0

  constructor(readonly most: number) {}

  get length() {
    return this.#length
  }

  /** Takes what still fits; false when something did not. */
  add(piece: Uint8Array): boolean {
    const count = Math.min(piece.length, this.most - this.#length)
    const needed = this.#length + count
    if (needed > this.#store.length) {
      const doubled = Math.min(this.most, Math.max(needed, LEAST, this.#store.length * 2))
      const larger = Buffer.allocUnsafeSlow(this.#length === 0 ? Math.max(needed, 1) : doubled)
      this.#store.copy(larger, 0, 0, this.#length)
      this.#store = larger
    }
    this.#store.set(count === piece.length ? piece : piece.subarray(0, count), this.#length)
    this.#length = needed
    return count === piece.length
  }

  /** What has arrived; valid until the next `add`. */
  bytes(): Buffer {
    return this.#store.subarray(0, this.#length)
  }
}
