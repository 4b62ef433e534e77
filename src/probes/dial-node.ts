import { connect, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { chainOf } from '#probes/certificate'
import { nodeOptions, type Security, settle, type TlsAsk } from '#probes/dial-tls'
import type { Dialling, Link, Receiver } from '#probes/link'

const now = () => performance.now()

/** A connection by node:net: dearer than Bun's, but closing it frees the descriptor at any time, and TLS can start later. */
export class NodeLink implements Link {
  readonly address: string
  readonly port: number
  readonly signal: AbortSignal
  connect_ms = 0
  tls_ms: number | undefined
  security: Security | undefined
  readonly opened: Promise<void>

  #started = now()
  #base: Socket
  #socket: Socket
  #receiver: Receiver | undefined
  #early: Buffer[] = []
  #ended = false
  #broken: Error | undefined
  #closed = false
  #failed: ((error: unknown) => void) | undefined
  #abort = () => {
    this.#failed?.(this.signal.reason)
    this.close()
  }

  constructor(readonly dialling: Dialling) {
    this.address = dialling.address
    this.port = dialling.port
    this.signal = dialling.signal
    this.signal.addEventListener('abort', this.#abort)
    const { address: host, port, path } = dialling
    this.#socket = connect(path ? { path } : { host, port, noDelay: true })
    this.#base = this.#socket
    this.opened = new Promise<void>((resolve, reject) => {
      this.#failed = reject
      this.#socket.once('connect', () => {
        this.connect_ms = Math.max(now() - this.#started, 0.001)
        resolve()
      })
    })
    this.#attach(this.#socket)
  }

  async secure(tls: TlsAsk): Promise<Security> {
    const started = now()
    const plain = this.#socket
    plain.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close')
    this.#early = []
    this.#receiver = undefined
    const secured = await new Promise<TLSSocket>((resolve, reject) => {
      this.#failed = reject
      const socket = connectTls({ socket: plain, ...nodeOptions(tls) }, () => resolve(socket))
      this.#socket = socket
      this.#attach(socket)
    })
    this.tls_ms = now() - started
    const problem = secured.authorized ? undefined : codeOf(secured.authorizationError)
    const chain = chainOf(secured.getPeerCertificate(true))
    const alpn = secured.alpnProtocol ? { alpn: secured.alpnProtocol } : {}
    this.security = settle(tls, { problem, protocol: secured.getProtocol() ?? '', ...alpn, chain })
    return this.security
  }

  listen(receiver: Receiver) {
    this.#receiver = receiver
    const early = this.#early
    this.#early = []
    for (const chunk of early) receiver.data(chunk)
    if (this.#ended && !this.#closed) receiver.end(this.#broken)
  }

  write(bytes: Uint8Array) {
    if (!this.#closed) this.#socket.write(bytes)
  }

  close() {
    if (this.#closed) return
    this.#closed = true
    this.signal.removeEventListener('abort', this.#abort)
    this.#socket.destroy()
    this.#base.destroy()
    const { reason, aborted } = this.signal
    if (aborted && !this.#ended) this.#receiver?.end(reason)
  }

  #attach(socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      if (this.#closed) return
      if (this.#receiver) this.#receiver.data(chunk)
      else this.#early.push(chunk)
    })
    socket.on('end', () => this.#end())
    socket.on('close', () => this.#end())
    socket.on('error', (error) => this.#end(error))
  }

  #end(error?: Error) {
    if (this.#ended || this.#closed) return
    this.#ended = true
    this.#broken = error
    this.#failed?.(error ?? Object.assign(new Error('closed'), { code: 'ECONNRESET' }))
    this.#receiver?.end(error)
  }
}

/** Node gives the reason as an Error or, in older shapes, as the bare code. */
const codeOf = (reason: unknown) =>
  reason instanceof Object && 'code' in reason ? String(reason.code) : String(reason || 'UNKNOWN')
