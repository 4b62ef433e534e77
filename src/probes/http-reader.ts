import { Fault } from '#probes/fault'
import { Growing } from '#probes/growing'
import { Chunks } from '#probes/http-chunks'
import type { Receiver } from '#probes/link'

export type HttpAnswer = {
  status: number
  version: string
  headers: [name: string, value: string][]
  /** As sent, at most 1 MB. */
  body: Buffer
  /** The body is longer than what was read. */
  cut: boolean
  /** The connection may carry another request (RFC 9112 section 9.3). */
  reusable: boolean
}

export const MAX_BODY = 1_048_576
const MAX_HEAD = 65_536
/** Announcements (1xx) before the answer; real servers send one or two. */
const MAX_EARLY = 32

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
  #held: Growing | undefined
  #searched = 0
  #early = 0
  #content = new Growing(MAX_BODY)
  #got = 0
  #need = 0
  #more = false
  #chunks = new Chunks((content) => this.#take(content))
  #answer: Omit<HttpAnswer, 'body' | 'cut' | 'reusable'> | undefined

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
    if (this.#state === 'close' && !error) return this.#finish(false, false)
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

  /** `framed`: its end was told by the answer itself, so the connection is where the next one begins. */
  #finish(cut: boolean, framed: boolean) {
    this.#state = 'done'
    const answer = this.#answer
    if (!answer) return
    const connection = answer.headers.filter(([name]) => name === 'connection').map(([, value]) => value)
    const stays = answer.version === '1.1' && !/\bclose\b/i.test(connection.join())
    this.onDone({ ...answer, body: this.#content.bytes(), cut, reusable: framed && stays && !cut && !this.#more })
  }

  #head(chunk: Buffer) {
    let bytes = chunk
    if (this.#held) {
      this.#held.add(chunk)
      bytes = this.#held.bytes()
    }
    // In a loop, as a server may send any number of announcements at once.
    for (;;) {
      const start = bytes.subarray(0, 5).toString('latin1')
      if (!'HTTP/'.startsWith(start) && !start.startsWith('HTTP/')) return this.#fail('the answer is not HTTP')
      const end = bytes.indexOf('\r\n\r\n', this.#searched)
      if (end > MAX_HEAD || (end < 0 && bytes.length > MAX_HEAD)) return this.#fail('the headers are longer than 64 KB')
      if (end < 0) return this.#wait(bytes)
      this.#searched = 0
      const rest = bytes.subarray(end + 4)
      if (!this.#lines(bytes.toString('latin1', 0, end), rest)) return
      bytes = rest
      this.#held = undefined
      if (!rest.length) return
    }
  }

  /** Keeps half a head until there is more of it. */
  #wait(bytes: Buffer) {
    this.#searched = Math.max(0, bytes.length - 3)
    if (this.#held?.length === bytes.length) return
    // What is too long is judged above, with all that came in the same piece.
    this.#held = new Growing(Number.POSITIVE_INFINITY)
    this.#held.add(bytes)
  }

  /** One head; true when it only announces the answer (100 Continue, 102 and 103; RFC 9110 section 15.2). */
  #lines(head: string, rest: Buffer): boolean {
    const [line = '', ...lines] = head.split('\r\n')
    const parsed = /^HTTP\/(1\.[01]) (\d{3})(?: |$)/.exec(line)
    const status = Number(parsed?.[2])
    if (!parsed) this.#fail('the answer is not HTTP/1.1')
    else if (status < 200 && status !== 101) {
      if (++this.#early <= MAX_EARLY) return true
      this.#fail('the server announces its answer without end')
    } else {
      const headers = lines.map((text): [string, string] => {
        const colon = text.indexOf(':')
        return [text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim()]
      })
      this.#answer = { status, version: parsed[1] as string, headers: headers.filter(([name]) => name) }
      this.#more = rest.length > 0
      this.#frame(status, headers)
      if (rest.length && !this.#isDone()) this.#body(rest)
    }
    return false
  }

  // A method, because TypeScript cannot see that #frame changes the state.
  #isDone() {
    return this.#state === 'done'
  }

  /** How the end of the body is told (RFC 9112 section 6.3). */
  #frame(status: number, headers: [string, string][]) {
    const value = (wanted: string) => headers.find(([name]) => name === wanted)?.[1]
    // What follows an upgrade is another protocol.
    if (status === 101) return this.#finish(false, false)
    if (this.withoutBody || status === 204 || status === 304) return this.#finish(false, true)
    if (/(^|,)\s*chunked\s*$/i.test(value('transfer-encoding') ?? '')) {
      this.#state = 'chunked'
      this.#more = false
      return
    }
    const length = value('content-length')
    if (length === undefined) {
      this.#state = 'close'
      return
    }
    if (!/^\d+$/.test(length)) return this.#fail('the Content-Length header is not a number')
    const others = headers.some(([name, other]) => name === 'content-length' && other !== length)
    if (others) return this.#fail('the server names two different lengths of its answer')
    this.#need = Number(length)
    this.#state = 'length'
    if (this.#need === 0) this.#finish(false, true)
    this.#more = false
  }

  #take(bytes: Buffer): boolean {
    this.#got += bytes.length
    if (this.#content.add(bytes)) return true
    this.#finish(true, false)
    return false
  }

  #body(bytes: Buffer) {
    if (this.#state === 'chunked') return this.#unchunk(bytes)
    const left = this.#state === 'length' ? this.#need - this.#got : bytes.length
    this.#more = bytes.length > left
    if (this.#take(this.#more ? bytes.subarray(0, left) : bytes) && this.#state === 'length') {
      if (this.#got >= this.#need) this.#finish(false, true)
    }
  }

  #unchunk(bytes: Buffer) {
    const progress = this.#chunks.read(bytes)
    if (progress === 'more' || progress === 'full') return
    if (progress !== 'done') return this.#fail(progress.problem)
    this.#more = this.#chunks.followed
    this.#finish(false, true)
  }
}
