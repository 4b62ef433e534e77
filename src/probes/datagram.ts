import { createSocket, type Socket } from 'node:dgram'
import { isIP } from 'node:net'
import { Type as t } from '@sinclair/typebox'
import { ui } from '#kernel/form'
import type { Net, Resolved } from '#kernel/net'
import type { Evidence, Phases } from '#probes/define'
import { peerOf } from '#probes/dial'
import { Fault, socketFault, withFacts } from '#probes/fault'
import { type Family, familyNumber, pathOf } from '#probes/reach'

export type Asking<T> = {
  host: string
  port: number
  family: Family
  net: Net
  signal: AbortSignal
  /** Makes the datagram; called again for every try. */
  send: () => Uint8Array
  /** What an answer means; undefined for one that does not belong to the question. May throw a Fault. */
  read: (answer: Buffer) => T | undefined
  /** Datagrams get lost: without an answer for this long, another one is sent. */
  again_ms: number
  /** After this long, silence is the result; without it, silence is a timeout. */
  silence_ms?: number
}

export type Asked<T> = {
  /** Undefined when nobody said a word for `silence_ms`. */
  answer: T | undefined
  phases: Phases
  evidence: Evidence
}

/** More would be a nuisance to a server that is in trouble already. */
const MOST_SENT = 3

/**
 * Sends a question to the first permitted address and waits for its answer. The socket is connected, so that only this
 * peer is heard and its refusal (ICMP port unreachable) is too; it is freed when the signal aborts.
 */
export async function askByDatagram<T>(asking: Asking<T>): Promise<Asked<T>> {
  const { host, family, net, signal } = asking
  const resolved = await net.resolve(host, { family: familyNumber(family), signal })
  try {
    return await new Exchange(asking, resolved).done
  } catch (error) {
    const blind = error instanceof Fault && error.reason === 'own_side' && !signal.aborted
    if (!blind || family !== 'auto' || isIP(host.replace(/^\[|\]$/g, ''))) throw error
    // A machine without IPv4 (or IPv6) can still reach a target that has both.
    const other = await net.resolve(host, { family: resolved.family === 4 ? 6 : 4, signal }).catch(() => {
      throw error
    })
    return await new Exchange(asking, other).done
  }
}

class Exchange<T> {
  readonly done: Promise<Asked<T>>
  #socket: Socket
  #peer: string
  #started = performance.now()
  #sent = 0
  #ignored = 0
  #again: Timer | undefined
  #silence: Timer | undefined
  #settled = false
  #resolve: (asked: Asked<T>) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #abort = () => this.#fail(new Fault('timeout', 'no answer in time', { cause: this.asking.signal.reason }))

  constructor(
    readonly asking: Asking<T>,
    readonly resolved: Resolved,
  ) {
    const { port, signal } = asking
    signal.throwIfAborted()
    this.#peer = peerOf(resolved.address, port)
    this.done = new Promise<Asked<T>>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    signal.addEventListener('abort', this.#abort)
    this.#socket = createSocket(resolved.family === 6 ? 'udp6' : 'udp4')
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('message', (answer) => this.#arrive(answer))
    this.#socket.connect(port, resolved.address, () => this.#open())
  }

  #open() {
    if (this.#settled) return
    // Bun calls this a connection also when the kernel had no route; then the socket has no peer and must not be used.
    if (!hasPeer(this.#socket)) return this.#fail(new Fault('own_side', `this machine has no route to ${this.#peer}`))
    const { again_ms, silence_ms } = this.asking
    this.#started = performance.now()
    if (silence_ms !== undefined) this.#silence = setTimeout(() => this.#succeed(undefined), silence_ms)
    this.#again = setInterval(() => this.#send(), again_ms)
    this.#send()
  }

  #send() {
    if (this.#sent >= MOST_SENT) return
    try {
      this.#socket.send(this.asking.send(), (error) => error && this.#fail(error))
      this.#sent++
    } catch (error) {
      this.#fail(error)
    }
  }

  #arrive(answer: Buffer) {
    if (this.#settled) return
    try {
      const read = this.asking.read(answer)
      if (read === undefined) this.#ignored++
      else this.#succeed(read)
    } catch (error) {
      this.#fail(error)
    }
  }

  #succeed(answer: T | undefined) {
    const phases = answer === undefined ? {} : { first_byte_ms: performance.now() - this.#started }
    if (this.#settle()) this.#resolve({ answer, phases: { ...this.#dns(), ...phases }, evidence: this.#evidence() })
  }

  #fail(error: unknown) {
    if (!this.#settle()) return
    const code = error instanceof Object && 'code' in error ? String(error.code) : ''
    const fault = error instanceof Fault || !code ? error : this.#worded(code, error)
    this.#reject(withFacts(fault, this.#evidence(), this.#dns()))
  }

  #worded(code: string, cause: unknown) {
    if (code === 'EMSGSIZE') return new Fault('error', 'the text is too long for one datagram', { code, cause })
    return code === 'ECONNREFUSED'
      ? new Fault('refused', `nothing listens at ${this.#peer}: the port is unreachable`, { code, cause })
      : socketFault(code, this.#peer, cause)
  }

  #dns = (): Phases => (this.resolved.dns_ms > 0 ? { dns_ms: this.resolved.dns_ms } : {})

  #evidence = (): Evidence => ({
    ...pathOf(this.resolved),
    ...(this.#sent > 1 && { datagrams_sent: this.#sent }),
    ...(this.#ignored > 0 && { answers_ignored: this.#ignored }),
  })

  /** Frees everything; false when that was done before. */
  #settle(): boolean {
    if (this.#settled) return false
    this.#settled = true
    clearInterval(this.#again)
    clearTimeout(this.#silence)
    this.asking.signal.removeEventListener('abort', this.#abort)
    this.#socket.close()
    return true
  }
}

export function hasPeer(socket: Socket): boolean {
  try {
    return socket.remoteAddress().port > 0
  } catch {
    return false
  }
}

export const udpPortField = (example: number, preset?: number) =>
  t.Integer({
    title: 'Port',
    description: 'The UDP port to send to.',
    minimum: 1,
    maximum: 65_535,
    examples: [example],
    ...(preset && { default: preset }),
    ...ui({ group: 'basic', span: 1, mono: true }),
  })
