import type { Evidence } from '#probes/define'
import { Conversation, MAX_BYTES } from '#probes/exchange'
import { Fault } from '#probes/fault'
import type { Link } from '#probes/link'
import type { Redact } from '#probes/redact'
import { quoted } from '#probes/text'
import { atMost } from '#probes/within'

/** A complete answer: its code and its lines without it. */
export type Reply = { code: number; lines: string[] }

const MAX_SHOWN_LINES = 60
const MAX_SHOWN_LENGTH = 200
/** How long a server may take to say goodbye; the verdict is there already. */
const GOODBYE_MS = 500

const LINE = /^(\d{3})(?:([ -])(.*))?$/

/** The first complete reply of a text (RFC 5321 section 4.2.1) and the number of its bytes; undefined while it is not complete. */
function replyIn(bytes: Buffer): { reply: Reply; length: number } | undefined {
  const lines: string[] = []
  let from = 0
  for (;;) {
    const end = bytes.indexOf(10, from)
    if (end < 0) return
    const line = bytes.toString('utf8', from, end).replace(/\r$/, '')
    const parts = LINE.exec(line)
    if (!parts) throw new Fault('protocol', `the server does not speak SMTP: it said ${quoted(line)}`)
    lines.push(parts[3] ?? '')
    from = end + 1
    if (parts[2] !== '-') return { reply: { code: Number(parts[1]), lines }, length: from }
  }
}

/** A conversation in SMTP. Everything said goes into the evidence as it is said, without secrets. */
export class SmtpTalk {
  #talk: Conversation
  #read = 0
  #said: string[] = []
  #failed = false

  constructor(
    readonly link: Link,
    readonly evidence: Evidence,
    readonly show: Redact,
  ) {
    this.#talk = new Conversation(link)
  }

  /** While TLS begins nothing can be said; a handshake that fails leaves nobody to say goodbye to. */
  pause() {
    this.#failed = true
  }

  /** After TLS has begun: what was said in the clear before is forgotten, also what came behind it. */
  restart() {
    this.#talk = new Conversation(this.link)
    this.#read = 0
    this.#failed = false
    this.#note('(TLS)')
  }

  /** Waits for the next reply; `to` names what it answers, for the sentence when it does not come. */
  async reply(to: string): Promise<Reply> {
    try {
      let found: ReturnType<typeof replyIn>
      const complete = await this.#talk.until(() => {
        found = replyIn(this.#talk.received.subarray(this.#read))
        return found !== undefined
      })
      if (!complete || !found) throw this.#missing(to)
      this.#read += found.length
      for (const line of found.reply.lines) this.#note(`< ${found.reply.code} ${line}`)
      return found.reply
    } catch (error) {
      this.#failed = true
      throw error
    }
  }

  #missing(to: string): Fault {
    return this.#talk.received.length >= MAX_BYTES
      ? new Fault('protocol', `the answer to ${to} does not end`)
      : new Fault('reset', `the server closed the connection without an answer to ${to}`)
  }

  /** Sends a line and waits for its reply; `shown` stands for it in the evidence. */
  async ask(line: string, shown = line): Promise<Reply> {
    this.#note(`> ${shown}`)
    this.link.write(Buffer.from(`${line}\r\n`))
    return this.reply(shown.replace(/[()]/g, '').split(':')[0] ?? shown)
  }

  /** Like `ask`, but any other code than one that begins with this digit is a fault with what the server said. */
  async demand(line: string, begins: 2 | 3, shown = line): Promise<Reply> {
    const reply = await this.ask(line, shown)
    if (Math.floor(reply.code / 100) === begins) return reply
    throw this.refusal(reply, `${shown.split(':')[0]} was refused`)
  }

  refusal({ code, lines }: Reply, what: string): Fault {
    return new Fault('status', `${what}: the server said ${this.quote({ code, lines })}`, {
      evidence: { status: code },
    })
  }

  quote = ({ code, lines: [first = ''] }: Reply) => quoted(this.show(`${code} ${first}`), 160)

  /** Takes leave, so that the server's log does not complain; not for long, and never with an error. */
  async quit(): Promise<void> {
    if (this.#failed || this.link.signal.aborted) return
    await atMost(GOODBYE_MS, this.ask('QUIT'))
  }

  #note(line: string) {
    if (this.#said.length >= MAX_SHOWN_LINES) return
    const text = this.show(line).replace(/\p{Cc}/gu, '·')
    this.#said.push(text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH - 1)}…` : text)
    this.evidence.dialogue = this.#said.join('\n')
  }
}
