import type { Evidence, Phases } from '#probes/define'
import { peerOf } from '#probes/dial'
import type { TlsAsk } from '#probes/dial-tls'
import { Fault, socketFault, withFacts } from '#probes/fault'
import type { Link } from '#probes/link'
import { openingPhases, pathOf, type Reached, type Reaching, reach } from '#probes/reach'
import { type SecurityMode, startTls } from '#probes/starttls'

/** Talks a protocol's own way into TLS on an upgradable link; may also leave it as it is. */
export type Upgrade = (link: Link) => Promise<void>
export type Open = { link: Link; phases: Phases; evidence: Evidence }

const evidenceOf = ({ resolved, link: { security } }: Reached): Evidence => ({
  ...pathOf(resolved),
  ...(security && { protocol: security.protocol, certificates: security.chain }),
  ...(security?.problem && { certificate_error: security.problem }),
})

/**
 * Opens a connection, secured as asked (not at all, at once, after STARTTLS or in the protocol's own way), hands it to
 * `use` and frees it. Every
 * failure on the way leaves as a Fault with the evidence collected so far; when the time is up, as a timeout.
 */
export async function withConnection<T>(
  to: Omit<Reaching, 'tls' | 'upgradable'> & { security: SecurityMode | Upgrade; tls: TlsAsk },
  use: (open: Open) => Promise<T>,
): Promise<T> {
  const { security, tls, signal } = to
  const mode = security
  const upgrade =
    typeof mode === 'function' ? mode : mode !== 'none' && mode !== 'tls' && ((link: Link) => startTls(link, mode, tls))
  const reached = await reach({ ...to, tls: security === 'tls' ? tls : undefined, upgradable: !!upgrade })
  const { link } = reached
  let open: Open | undefined
  try {
    if (upgrade) await upgrade(link)
    open = { link, phases: openingPhases(reached), evidence: evidenceOf(reached) }
    return await use(open)
  } catch (error) {
    // What \`use\` noted on its way is kept, also when the time was up.
    const facts = [open?.evidence ?? evidenceOf(reached), open?.phases ?? openingPhases(reached)] as const
    if (signal.aborted) throw withFacts(new Fault('timeout', 'no answer in time', { cause: signal.reason }), ...facts)
    if (error instanceof Fault) throw withFacts(error, ...facts)
    const code = error instanceof Object && 'code' in error ? String(error.code) : ''
    if (!code) throw error
    throw withFacts(socketFault(code, peerOf(link.address, link.port), error), ...facts)
  } finally {
    link.close()
  }
}
