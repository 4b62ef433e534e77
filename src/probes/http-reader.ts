import { Fault } from '#probes/fault'
import type { Receiver } from '#probes/link'

export type HttpAnswer = {
  status: number
  version: string
  headers: [name: string, value: string][]
  /** As sent, at most 1 MB. */
  body: Buffer
  /** The body is longer than what was read. */
  cut: boolean
}

export const MAX_BODY = 1_048_576
const MAX_HEAD = 65_536
const MAX_CHUNK_LINE = 4_096

type State = 'head' | 'length' | 'chunked' | 'close' | 'done'

/** The value of a header, or undefined; several lines are joined as RFC 9110 section 5.3 says. */
export function headerOf({ headers }: HttpAnswer, wanted: string): string | undefined {
  const values = headers.filter(([name]) => name === wanted).map(([, value]) => value)
  return values.length ? values.join(', ') : undefined
}

/** Reads one HTTP/1.x answer as it arrives; memory is bounded whatever the server sends. */
export class HttpReader implements Receiver {
  first_byte_at = 0
  #state: State = 'head'
  #held: Buffer | undefined
  #parts: Buffer[] = []
  #got = 0
  #need = 0
  #chunkLeft = 0
  #trailers = false
  #line = ''
  #answer: Omit<HttpAnswer, 'body' | 'cut'> | undefined

  constructor(
    readonly withoutBody: boolean,
    readonly onDone: (answer: HttpAnswer) => void,
    readonly onFault: (error: unknown) => void,
  ) {}

  data(chunk: Buffer) {
    if (this.#state === 'done') return
    this.first_byte_at ||= performance.now()
    if (this.#state === 'head') this.#head(chunk)
    else this.#body(chunk)
  }

  end(error?: Error) {
    if (this.#state === 'done') return
    if (this.#state === 'close' && !error) return this.#finish(false)
    const before = this.#state === 'head'
    this.#state = 'done'
    if (error && !('code' in error)) return this.onFault(error)
    const message = before
      ? this.first_byte_at
        ? 'the server closed the connection in the middle of its headers'
        : 'the server closed the connection without an answer'
      : 'the server closed the connection in the middle of its answer'
    this.onFault(new Fault('reset', message, { cause: error }))
  }

  #fail(message: string) {
    this.#state = 'done'
    this.onFault(new Fault('protocol', message))
  }

  #finish(cut: boolean) {
    this.#state = 'done'
    const answer = this.#answer
    if (!answer) return
    const body = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts)
    this.onDone({ ...answer, body: body.length > MAX_BODY ? body.subarray(0, MAX_BODY) : body, cut })
  }

  #head(chunk: Buffer) {
    const bytes = this.#held ? Buffer.concat([this.#held, chunk]) : chunk
    const start = bytes.subarray(0, 5).toString('latin1')
    if (!'HTTP/'.startsWith(start) && !start.startsWith('HTTP/')) return this.#fail('the answer is not HTTP')
    const end = bytes.indexOf('\r\n\r\n')
    if (end < 0 || end > MAX_HEAD) {
      if (bytes.length > MAX_HEAD) return this.#fail('the headers are longer than 64 KB')
      this.#held = bytes
      return
    }
    this.#held = undefined
    const [line = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
    const parsed = /^HTTP\/(1\.[01]) (\d{3})(?: |$)/.exec(line)
    if (!parsed) return this.#fail('the answer is not HTTP/1.1')
    const status = Number(parsed[2])
    const rest = bytes.subarray(end + 4)
    // 100 Continue, 102 and 103 announce the real answer (RFC 9110 section 15.2).
    if (status < 200 && status !== 101) {
      if (rest.length) this.#head(rest)
      return
    }
    const headers = lines.map((text): [string, string] => {
      const colon = text.indexOf(':')
      return [text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim()]
    })
    this.#answer = { status, version: parsed[1] as string, headers: headers.filter(([name]) => name) }
    this.#frame(status, headers)
    if (rest.length && !this.#isDone()) this.#body(rest)
  }

  // A method, because TypeScript cannot see that #frame changes the state.
  #isDone() {
    return this.#state === 'done'
  }

  /** How the end of the body is told (RFC 9112 section 6.3). */
  #frame(status: number, headers: [string, string][]) {
    const value = (wanted: string) => headers.find(([name]) => name === wanted)?.[1]
    if (this.withoutBody || status === 204 || status === 304 || status === 101) return this.#finish(false)
    if (/(^|,)\s*chunked\s*$/i.test(value('transfer-encoding') ?? '')) {
      this.#state = 'chunked'
      return
    }
    const length = value('content-length')
    if (length === undefined) {
      this.#state = 'close'
      return
    }
    if (!/^\d+$/.test(length)) return this.#fail('the Content-Length header is not a number')
    this.#need = Number(length)
    this.#state = 'length'
    if (this.#need === 0) this.#finish(false)
  }

  #take(bytes: Buffer): boolean {
    this.#parts.push(bytes)
    this.#got += bytes.length
    if (this.#got <= MAX_BODY) return true
    this.#finish(true)
    return false
  }

  #body(bytes: Buffer) {
    if (this.#state === 'chunked') return this.#chunks(bytes)
    const left = this.#state === 'length' ? this.#need - this.#got : bytes.length
    if (this.#take(bytes.length > left ? bytes.subarray(0, left) : bytes) && this.#state === 'length') {
      if (this.#got >= this.#need) this.#finish(false)
    }
  }

  #chunks(bytes: Buffer) {
    let at = 0
    while (at < bytes.length) {
      if (this.#chunkLeft > 0) {
        const count = Math.min(this.#chunkLeft, bytes.length - at)
        // The last two of a chunk are its CRLF.
        const content = Math.min(count, Math.max(0, this.#chunkLeft - 2))
        if (content && !this.#take(bytes.subarray(at, at + content))) return
        this.#chunkLeft -= count
        at += count
        continue
      }
      const end = bytes.indexOf(10, at)
      this.#line += bytes.toString('latin1', at, end < 0 ? bytes.length : end)
      if (this.#line.length > MAX_CHUNK_LINE) return this.#fail('the chunked body is broken')
      if (end < 0) return
      at = end + 1
      const line = this.#line.trim()
      this.#line = ''
      if (!this.#chunkLine(line)) return
    }
  }

  /** One line between chunks: a size, or (after the last chunk) a trailer. False when there is nothing more to read. */
  #chunkLine(line: string): boolean {
    if (this.#trailers) {
      if (line) return true
      this.#finish(false)
      return false
    }
    const size = /^([0-9a-f]{1,8})(?:\s*;.*)?$/i.exec(line)
    if (!size) {
      this.#fail('the chunked body is broken')
      return false
    }
    const count = Number.parseInt(size[1] as string, 16)
    if (count === 0) this.#trailers = true
    else this.#chunkLeft = count + 2
    return true
  }
}
