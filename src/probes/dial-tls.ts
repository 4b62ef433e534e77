import { isIP } from 'node:net'
import { problemSentence } from '#probes/certificate'
import type { CertificateFacts } from '#probes/define'
import { Fault } from '#probes/fault'

export type TlsAsk = {
  /** Checked against the certificate; sent as SNI when it is a name. */
  host: string
  /** False: a bad certificate is noted in `Security.problem` and the connection goes on. */
  verify: boolean
  ca?: string
  cert?: string
  key?: string
  min_version?: '1.2' | '1.3'
  /** Application protocols to offer, for example `http/1.1`. */
  alpn?: string[]
  now: () => number
}

/** What the handshake showed; also when the certificate is bad. */
export type Security = {
  /** Code of the first reason not to trust the certificate. */
  problem: string | undefined
  protocol: string
  /** The application protocol both agreed on, for example `h2`. */
  alpn?: string
  chain: CertificateFacts[]
}

const wire = new Map<string, Buffer>()
/** ALPN in its wire format, the only one Bun.connect takes. */
function alpnBuffer(names: string[]): Buffer {
  const key = names.join()
  const known = wire.get(key)
  if (known) return known
  const made = Buffer.concat(names.map((name) => Buffer.from(`${String.fromCharCode(name.length)}${name}`, 'latin1')))
  wire.set(key, made)
  return made
}

const MIN = { '1.2': 0x0303, '1.3': 0x0304 }

/** Verification itself happens in `settle`, so that a bad certificate can still be shown. */
export const bunOptions = (ask: TlsAsk) => ({
  rejectUnauthorized: false,
  serverName: ask.host,
  ...(ask.ca && { ca: ask.ca }),
  ...(ask.cert && { cert: ask.cert }),
  ...(ask.key && { key: ask.key }),
  ...(ask.min_version && { minVersion: MIN[ask.min_version] }),
  ...(ask.alpn && { ALPNProtocols: alpnBuffer(ask.alpn) }),
})

export const nodeOptions = (ask: TlsAsk) => ({
  rejectUnauthorized: false,
  host: ask.host,
  ...(!isIP(ask.host) && { servername: ask.host }),
  ...(ask.ca && { ca: ask.ca }),
  ...(ask.cert && { cert: ask.cert }),
  ...(ask.key && { key: ask.key }),
  ...(ask.min_version && { minVersion: `TLSv${ask.min_version}` as const }),
  ...(ask.alpn && { ALPNProtocols: ask.alpn }),
})

/** Throws the certificate's fault when it matters; otherwise hands the facts on. */
export function settle(ask: TlsAsk, security: Security): Security {
  const { problem, chain } = security
  if (!problem || !ask.verify) return security
  const evidence = { protocol: security.protocol, certificates: chain, certificate_error: problem }
  throw new Fault('certificate', problemSentence(problem, chain, ask.host, ask.now()), { code: problem, evidence })
}
