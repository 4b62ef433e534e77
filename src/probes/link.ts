import type { Security, TlsAsk } from '#probes/dial-tls'

/** Who listens to a connection. `end` comes exactly once, when the peer closed (no error) or the connection broke. */
export type Receiver = {
  data: (chunk: Buffer) => void
  end: (error?: Error) => void
}

/** One open connection, and what opening it took. */
export type Link = {
  readonly address: string
  readonly port: number
  /** Whose abort closes the connection. */
  readonly signal: AbortSignal
  readonly connect_ms: number
  readonly tls_ms: number | undefined
  readonly security: Security | undefined
  /** Starts to deliver; what arrived before comes first. */
  listen: (receiver: Receiver) => void
  write: (bytes: Uint8Array) => void
  /** Frees the socket at once; harmless when repeated. */
  close: () => void
  /** Starts TLS on a connection dialled with `upgradable` (STARTTLS, CONNECT). */
  secure: (tls: TlsAsk) => Promise<Security>
}

export type Dialling = {
  address: string
  port: number
  signal: AbortSignal
  /** A socket file of this machine instead of the address. */
  path?: string
  tls?: TlsAsk
  upgradable?: boolean
}
