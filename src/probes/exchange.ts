import { peerOf } from '#probes/dial'
import { Fault, socketFault } from '#probes/fault'
import type { Link } from '#probes/link'

/** A server that keeps talking is not read for ever. */
export const MAX_BYTES = 65_536

/** A look that takes longer than this is followed by a rest of so many times as long. */
const LONG_LOOK_MS = 1
const RESTS = 10

/** A conversation in text: waits until what arrived so far satisfies the caller. */
export class Conversation {
  #received = Buffer.alloc(0)
  #ended = false
  #error: Error | undefined
  #wake: (() => void) | undefined

  constructor(readonly link: Link) {
    link.listen({
      data: (chunk) => {
        const room = MAX_BYTES - this.#received.length
        if (room > 0) this.#received = Buffer.concat([this.#received, chunk.subarray(0, room)])
        this.#wake?.()
      },
      end: (error) => {
        this.#ended = true
        this.#error = error
        this.#wake?.()
      },
    })
  }

  get received(): Buffer {
    return this.#received
  }

  /**
   * Resolves with true as soon as `enough` says so, and with false when the peer closed or 64 KB were not enough.
   * Throws when the connection broke or the time is up.
   */
  async until(enough: (text: string) => boolean): Promise<boolean> {
    for (;;) {
      const seen = this.#received.length
      const looked = performance.now()
      if (enough(this.#received.toString('utf8'))) return true
      const took = performance.now() - looked
      const { signal, address, port } = this.link
      if (signal.aborted) throw signal.reason
      if (this.#error) throw socketFault(codeOf(this.#error), peerOf(address, port), this.#error)
      if (this.#ended || this.#received.length >= MAX_BYTES) return false
      if (took > LONG_LOOK_MS) await this.#rest(took * RESTS)
      if (this.#ended || this.#received.length > seen) continue
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Lets more come in before the next look: who sends single bytes must not have each of them looked for. */
  async #rest(ms: number) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        if (!this.#ended && this.#received.length < MAX_BYTES) return
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Sends a line and waits for the reply; what was received before is forgotten. */
  async ask(line: string | undefined, reply: RegExp, what: string): Promise<string> {
    this.#received = Buffer.alloc(0)
    if (line !== undefined) this.link.write(Buffer.from(`${line}\r\n`))
    return this.expect(reply, what)
  }

  /** Waits for a complete reply that matches; anything else is a protocol fault. */
  async expect(reply: RegExp, what: string): Promise<string> {
    const found = await this.until((text) => reply.test(text) || REFUSAL.test(text))
    const text = this.#received.toString('utf8')
    if (found && reply.test(text)) return text
    const said = text.split(/\r?\n/)[0]?.slice(0, 100)
    throw new Fault('protocol', `${what} failed${said ? `: the server said “${said}”` : ''}`)
  }
}

/** SMTP and FTP 4xx/5xx, IMAP NO/BAD and POP3 -ERR end a wait for anything better. */
const REFUSAL = /^(?:[45]\d\d[ -]|-ERR|\S+ (?:NO|BAD)\b|\* BYE)[^\n]*\n/m

const codeOf = (error: Error) => ('code' in error ? String(error.code) : '')
