import { refusalOf } from '#probes/diagnose'
import { BunLink } from '#probes/dial-bun'
import { NodeLink } from '#probes/dial-node'
import { Fault, socketFault } from '#probes/fault'
import type { Dialling, Link } from '#probes/link'

/**
 * Bun.connect costs 40 % less than node:net, but a connect that hangs cannot be cancelled: its descriptor lives until
 * the kernel gives up after two minutes. So it is for destinations that answered last time, and only while few of its
 * connects hang; whoever timed out is dialled by node:net, which frees the descriptor at once, until it answers again.
 */
const MAX_HANGING = 64
const MAX_SUSPECTS = 20_000
const suspects = new Set<string>()

const suspect = (peer: string) => {
  suspects.add(peer)
  if (suspects.size > MAX_SUSPECTS) for (const oldest of suspects) return suspects.delete(oldest)
}

/** `1.2.3.4:80` or `[::1]:80`. */
export const peerOf = (address: string, port: number) =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

/**
 * Opens one TCP (and TLS) connection to a resolved, permitted address. When the signal aborts, before or after, the
 * socket is freed and the wait ends with the signal's reason. Failures are Faults in plain words.
 */
export async function dial(dialling: Dialling): Promise<Link> {
  const { address, port, signal, tls, upgradable } = dialling
  signal.throwIfAborted()
  const peer = peerOf(address, port)
  const cautious = upgradable || BunLink.hanging >= MAX_HANGING || suspects.has(peer)
  const link = cautious ? new NodeLink(dialling) : new BunLink(dialling)
  try {
    await link.opened
    if (suspects.size) suspects.delete(peer)
    if (tls && link instanceof NodeLink) await link.secure(tls)
    return link
  } catch (error) {
    const connected = link.connect_ms > 0
    link.close()
    if (signal.aborted) {
      if (!connected) suspect(peer)
      const phases = connected ? { connect_ms: link.connect_ms } : {}
      throw new Fault('timeout', 'no answer in time', { cause: signal.reason, phases, evidence: { address } })
    }
    throw await explained(error, link, dialling)
  }
}

/** A socket's error as a Fault; errors that are Faults already (certificates) keep their words. */
async function explained(error: unknown, link: BunLink | NodeLink, { address, port, signal }: Dialling) {
  const phases = link.connect_ms > 0 ? { connect_ms: link.connect_ms } : {}
  const add = (fault: Fault) => {
    fault.facts.phases = { ...phases, ...fault.facts.phases }
    fault.facts.evidence = { address, ...fault.facts.evidence }
    return fault
  }
  if (error instanceof Fault) return add(error)
  const raw = error instanceof Object && 'code' in error ? String(error.code) : ''
  const peer = peerOf(address, port)
  if (link.connect_ms > 0) return add(duringTls(raw, peer, error))
  const code = raw === 'ECONNREFUSED' ? await refusalOf(address, port, signal) : raw
  return add(socketFault(code || 'ECONNRESET', peer, error))
}

/** The connection stood and the handshake failed: the peer's doing, whatever the code. */
function duringTls(code: string, peer: string, cause: unknown): Fault {
  const text = cause instanceof Error ? cause.message : ''
  const why = /TLSV1_ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/.test(code + text)
    ? 'no common TLS version'
    : /WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH/.test(code + text)
      ? 'the server does not speak TLS there'
      : /HANDSHAKE_FAILURE/.test(code + text)
        ? 'the server refused all ciphers or certificates'
        : /UNRECOGNIZED_NAME|UNKNOWN_HOST/.test(code + text)
          ? 'the server does not know this name'
          : /PEM|KEY_VALUES_MISMATCH|NO_START_LINE|INVALID_ARG|CRYPTO/.test(code + text)
            ? 'the certificate or key in the settings cannot be used'
            : 'the server closed the connection'
  return new Fault('tls', `the TLS handshake with ${peer} failed: ${why}`, { code, cause })
}
