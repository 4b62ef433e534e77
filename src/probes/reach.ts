import { isIP } from 'node:net'
import type { Net, Resolved } from '#kernel/net'
import type { Evidence, Phases } from '#probes/define'
import { dial, peerOf } from '#probes/dial'
import type { TlsAsk } from '#probes/dial-tls'
import { Fault, withFacts } from '#probes/fault'
import type { Link } from '#probes/link'

export type Family = 'auto' | 'ipv4' | 'ipv6'
export const FAMILIES = ['auto', 'ipv4', 'ipv6'] as const

export const familyNumber = (family: Family | undefined): 4 | 6 | undefined =>
  family === 'ipv4' ? 4 : family === 'ipv6' ? 6 : undefined

export type Reaching = {
  host: string
  port: number
  family: Family
  net: Net
  signal: AbortSignal
  tls?: TlsAsk
  upgradable?: boolean
}

export type Reached = { link: Link; resolved: Resolved }

/** What is known about the way to the target, for evidence. */
export const pathOf = ({ addresses, address, stale }: Resolved): Evidence => ({
  addresses,
  address,
  ...(stale && { stale_address: true }),
})

/** The phases of opening a connection; one that did not happen is absent. */
export const openingPhases = ({ link, resolved }: Reached): Phases => ({
  ...(resolved.dns_ms > 0 && { dns_ms: resolved.dns_ms }),
  connect_ms: link.connect_ms,
  ...(link.tls_ms !== undefined && { tls_ms: link.tls_ms }),
})

/** How long the other family may take when it is tried only to explain a failure. */
const EVIDENCE_MS = 2_000

/** Resolves the host under the address policy and opens a connection to the first address; a Fault says why not. */
export async function reach(reaching: Reaching): Promise<Reached> {
  const { host, family, net, signal } = reaching
  const resolved = await net.resolve(host, { family: familyNumber(family), signal })
  try {
    return { resolved, link: await dial({ ...reaching, address: resolved.address }) }
  } catch (error) {
    if (!(error instanceof Fault) || signal.aborted) throw faultAlong(error, resolved)
    if (family !== 'auto' || isIP(host.replace(/^\[|\]$/g, ''))) throw faultAlong(error, resolved)
    return await otherFamily(reaching, resolved, error)
  }
}

const faultAlong = (error: unknown, resolved: Resolved) =>
  withFacts(error, pathOf(resolved), resolved.dns_ms > 0 ? { dns_ms: resolved.dns_ms } : {})

/**
 * A machine without IPv4 (or IPv6) can still reach a target that has both: then the other family is the answer. When
 * the target itself failed, the other family is only tried to tell the reader whether it would have worked.
 */
async function otherFamily(reaching: Reaching, resolved: Resolved, fault: Fault): Promise<Reached> {
  const { host, port, net, signal } = reaching
  const number = resolved.family === 4 ? 6 : 4
  const ownSide = fault.reason === 'own_side'
  if (!ownSide && !['refused', 'unreachable', 'timeout'].includes(fault.reason)) throw faultAlong(fault, resolved)
  const limited = ownSide ? signal : AbortSignal.any([signal, AbortSignal.timeout(EVIDENCE_MS)])
  let note: string | undefined
  try {
    const other = await net.resolve(host, { family: number, signal: limited })
    note = `IPv${number} ${peerOf(other.address, port)} fails too`
    const link = await dial({
      ...reaching,
      tls: ownSide ? reaching.tls : undefined,
      address: other.address,
      signal: limited,
    })
    if (ownSide) return { link, resolved: other }
    link.close()
    note = `IPv${number} ${peerOf(other.address, port)} accepts connections`
  } catch {
    // Without an address of the other family there is nothing to tell.
  }
  throw withFacts(faultAlong(fault, resolved), note ? { other_family: note } : {})
}
