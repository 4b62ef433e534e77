import type { DetailedPeerCertificate } from 'node:tls'
import type { Socket } from 'bun'
import { chainOf } from '#probes/certificate'
import { bunOptions, type Security, settle } from '#probes/dial-tls'
import type { Dialling, Link, Receiver } from '#probes/link'

type Wire = Socket<BunLink>
// Safe: Bun's own method takes `abbreviated` and its sockets have `alpnProtocol`, which its types leave out.
type WholeChain = { getPeerCertificate: (abbreviated: boolean) => DetailedPeerCertificate; alpnProtocol?: unknown }

/** Shared by all connections; each one's state is its `data`. */
const handlers = {
  open: (socket: Wire) => socket.data.onOpen(socket),
  handshake: (socket: Wire, success: boolean, error: Error | null) => socket.data.onHandshake(socket, success, error),
  data: (socket: Wire, chunk: Buffer) => socket.data.onData(chunk),
  drain: (socket: Wire) => socket.data.flush(),
  end: (socket: Wire) => socket.data.onEnd(),
  close: (socket: Wire) => socket.data.onEnd(),
  error: (socket: Wire, error: Error) => socket.data.onEnd(error),
  connectError: (socket: Wire, error: Error) => socket.data.onEnd(error),
}

const NO_SESSION = /^(EPROTO$|ECONN|EPIPE$|ERR_SSL_)/

const nothing = () => {}
const now = () => performance.now()

/** A connection by Bun.connect: cheap, but it cannot be cancelled before it is open. */
export class BunLink implements Link {
  /** Connects that are neither open nor refused yet, including those nobody waits for any more. */
  static hanging = 0

  readonly address: string
  readonly port: number
  readonly signal: AbortSignal
  connect_ms = 0
  tls_ms: number | undefined
  security: Security | undefined
  readonly opened: Promise<void>

  #started = now()
  #socket: Wire | undefined
  #receiver: Receiver | undefined
  #early: Buffer[] = []
  #unsent: Uint8Array | undefined
  #ended = false
  #broken: Error | undefined
  #closed = false
  #resolve: () => void = nothing
  #reject: (error: unknown) => void = nothing
  #abort = () => {
    this.#settle(this.signal.reason)
    this.close()
  }

  constructor(readonly dialling: Dialling) {
    this.address = dialling.address
    this.port = dialling.port
    this.signal = dialling.signal
    this.opened = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.signal.addEventListener('abort', this.#abort)
    BunLink.hanging++
    const { address: hostname, port, tls } = dialling
    try {
      // Safe: Bun takes ALPNProtocols and minVersion as made by bunOptions; its types lag behind.
      const options = { hostname, port, data: this, socket: handlers, ...(tls && { tls: bunOptions(tls) }) }
      Bun.connect<BunLink>(options as unknown as Bun.TCPSocketConnectOptions<BunLink>).then(
        () => void BunLink.hanging--,
        (error) => {
          BunLink.hanging--
          this.onEnd(error)
        },
      )
    } catch (error) {
      BunLink.hanging--
      this.onEnd(error instanceof Error ? error : new Error(String(error)))
    }
  }

  onOpen(socket: Wire) {
    if (this.#closed) return void socket.terminate()
    this.#socket = socket
    this.connect_ms = Math.max(now() - this.#started, 0.001)
    if (!this.dialling.tls) this.#resolve()
  }

  onHandshake(socket: Wire, success: boolean, error: (Error & { code?: string }) | null) {
    const { tls } = this.dialling
    if (this.#closed || !tls) return
    this.tls_ms = now() - this.#started - this.connect_ms
    const code = error?.code
    // A verdict on the certificate also counts as no success; these codes mean that there is no session at all.
    if (!success && (!code || NO_SESSION.test(code))) return this.onEnd(error ?? undefined)
    try {
      // `false` gives the whole chain on a Bun socket, the opposite of node:tls.
      const whole = socket as unknown as WholeChain
      const chain = chainOf(whole.getPeerCertificate(false))
      const alpn = typeof whole.alpnProtocol === 'string' ? { alpn: whole.alpnProtocol } : {}
      this.security = settle(tls, { problem: code, protocol: socket.getTLSVersion() as string, ...alpn, chain })
      this.#resolve()
    } catch (fault) {
      this.#settle(fault)
      this.close()
    }
  }

  onData(chunk: Buffer) {
    if (this.#closed) return
    if (this.#receiver) this.#receiver.data(chunk)
    else this.#early.push(chunk)
  }

  onEnd(error?: Error) {
    if (this.#ended || this.#closed) return
    this.#ended = true
    this.#broken = error
    this.#settle(error ?? Object.assign(new Error('closed'), { code: 'ECONNRESET' }))
    this.#receiver?.end(error)
  }

  listen(receiver: Receiver) {
    this.#receiver = receiver
    const early = this.#early
    this.#early = []
    for (const chunk of early) receiver.data(chunk)
    if (this.#ended && !this.#closed) receiver.end(this.#broken)
  }

  write(bytes: Uint8Array) {
    if (this.#unsent) this.#unsent = Buffer.concat([this.#unsent, bytes])
    else this.#send(bytes)
  }

  flush() {
    const rest = this.#unsent
    this.#unsent = undefined
    if (rest) this.#send(rest)
  }

  secure(): Promise<Security> {
    return Promise.reject(new Error('only a connection dialled as upgradable can start TLS later'))
  }

  close() {
    if (this.#closed) return
    this.#closed = true
    this.signal.removeEventListener('abort', this.#abort)
    this.#socket?.terminate()
    const { reason, aborted } = this.signal
    if (aborted && !this.#ended) this.#receiver?.end(reason)
  }

  #send(bytes: Uint8Array) {
    const sent = this.#socket?.write(bytes) ?? -1
    // -1 says that the socket is gone; `close` tells the receiver.
    if (sent >= 0 && sent < bytes.byteLength) this.#unsent = bytes.subarray(sent)
  }

  /** Ends the wait for the connection; without effect once it is open. */
  #settle(error: unknown) {
    this.#reject(error)
  }
}
