const MAX_CHUNK_LINE = 4_096
const MAX_TRAILERS = 65_536

export type Progress = 'more' | 'done' | 'full' | { problem: string }

/** Undoes the chunked coding (RFC 9112 section 7.1), however it is cut and whatever sizes it claims. */
export class Chunks {
  /** Something came behind the end. */
  followed = false
  #left = 0
  #line = ''
  /** Length of the trailers so far; below zero before the last chunk. */
  #trailers = -1

  /** `take` gets the content and says whether it wants more. */
  constructor(readonly take: (content: Buffer) => boolean) {}

  read(bytes: Buffer): Progress {
    let at = 0
    while (at < bytes.length) {
      if (this.#left > 0) {
        const count = Math.min(this.#left, bytes.length - at)
        // The last two of a chunk are its CRLF.
        const content = Math.min(count, Math.max(0, this.#left - 2))
        if (content && !this.take(bytes.subarray(at, at + content))) return 'full'
        this.#left -= count
        at += count
        continue
      }
      const end = bytes.indexOf(10, at)
      this.#line += bytes.toString('latin1', at, end < 0 ? bytes.length : Math.min(end, at + MAX_CHUNK_LINE + 1))
      if (this.#line.length > MAX_CHUNK_LINE) return { problem: 'the chunked body is broken' }
      if (end < 0) return 'more'
      at = end + 1
      this.followed = at < bytes.length
      const progress = this.#end(this.#line.trim())
      this.#line = ''
      if (progress !== 'more') return progress
    }
    return 'more'
  }

  /** One line between chunks: a size, or (after the last chunk) a trailer. */
  #end(line: string): Progress {
    if (this.#trailers >= 0) {
      this.#trailers += line.length + 1
      if (!line) return 'done'
      return this.#trailers <= MAX_TRAILERS ? 'more' : { problem: 'the trailers are longer than 64 KB' }
    }
    const size = /^([0-9a-f]{1,8})(?:\s*;.*)?$/i.exec(line)
    if (!size) return { problem: 'the chunked body is broken' }
    const count = Number.parseInt(size[1] as string, 16)
    if (count === 0) this.#trailers = 0
    else this.#left = count + 2
    return 'more'
  }
}
