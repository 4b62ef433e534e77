import { peerOf } from '#probes/dial'
import { Fault, socketFault } from '#probes/fault'
import type { Link } from '#probes/link'

/** How long a server may take to hang up after our goodbye before we do it ourselves. */
const GOODBYE_MS = 250

/**
 * Reads a binary protocol piece by piece. What a server sends beyond `budget` bytes in one check ends it, so neither
 * endless data nor a length field full of nonsense can take memory.
 */
export class ByteReader {
  /** When the first byte arrived, on the clock of performance.now(). */
  first_at: number | undefined
  #chunks: Buffer[] = []
  #waiting = 0
  #total = 0
  #ended = false
  #error: Error | undefined
  #wake: (() => void) | undefined

  constructor(
    readonly link: Link,
    readonly budget: number,
    /** What the server should speak, for the sentence when it does not. */
    readonly language: string,
  ) {
    link.listen({ data: (chunk) => this.#arrive(chunk), end: (error) => this.#end(error) })
  }

  #arrive(chunk: Buffer) {
    this.first_at ??= performance.now()
    this.#total += chunk.length
    if (this.#total <= this.budget) {
      this.#chunks.push(chunk)
      this.#waiting += chunk.length
    } else {
      // Nobody has to read on: the socket is freed now and whoever waits hears why.
      this.link.close()
      this.#end(this.#tooMuch())
    }
    this.#wake?.()
  }

  #end(error?: Error) {
    this.#ended = true
    this.#error ??= error
    this.#wake?.()
  }

  /** The next bytes, exactly this many. */
  async take(length: number): Promise<Buffer> {
    if (length > this.budget) throw this.#tooMuch()
    await this.#until(() => this.#waiting >= length)
    // With much waiting in many pieces this copies; a check's budget bounds it.
    const all = this.#joined()
    const rest = all.subarray(length)
    this.#chunks = rest.length ? [rest] : []
    this.#waiting -= length
    return all.subarray(0, length)
  }

  /** A line without its end of \r\n. */
  async line(limit: number): Promise<string> {
    await this.#until(() => this.#joined().includes('\r\n') || this.#waiting > limit)
    const at = this.#joined().indexOf('\r\n')
    if (at < 0 || at > limit) throw this.nonsense()
    const line = await this.take(at + 2)
    return line.toString('utf8', 0, at)
  }

  #joined(): Buffer {
    const [first = Buffer.alloc(0)] = this.#chunks
    if (this.#chunks.length < 2) return first
    const all = Buffer.concat(this.#chunks)
    this.#chunks = [all]
    return all
  }

  /** What the server sent makes no sense in the protocol. */
  nonsense(): Fault {
    return new Fault('protocol', `the server does not speak ${this.language}`)
  }

  /**
   * Takes leave and lets the server hang up, so that its log does not complain about a reset; not for long, and never
   * with an error.
   */
  async goodbye(bytes: Uint8Array): Promise<void> {
    this.link.write(bytes)
    const late = AbortSignal.any([this.link.signal, AbortSignal.timeout(GOODBYE_MS)])
    const wake = () => this.#wake?.()
    late.addEventListener('abort', wake)
    while (!this.#ended && !late.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    late.removeEventListener('abort', wake)
  }

  async #until(enough: () => boolean): Promise<void> {
    while (!enough()) {
      const { signal, address, port } = this.link
      if (signal.aborted) throw signal.reason
      if (this.#error instanceof Fault) throw this.#error
      if (this.#error) throw socketFault(codeOf(this.#error) || 'ECONNRESET', peerOf(address, port), this.#error)
      if (this.#ended) throw this.#hungUp()
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #tooMuch(): Fault {
    return new Fault('protocol', `the server sends more than ${this.budget / 1_048_576} MB`)
  }

  #hungUp(): Fault {
    const peer = peerOf(this.link.address, this.link.port)
    return this.first_at === undefined
      ? new Fault('reset', `${peer} closed the connection without a word`)
      : new Fault('reset', `${peer} closed the connection in the middle of its answer`)
  }
}

const codeOf = (error: Error) => ('code' in error ? String(error.code) : '')
