import type { Evidence, Phases, Reason, Verdict } from '#probes/define'

type Facts = { evidence?: Evidence; phases?: Phases; code?: string; cause?: unknown }

/** A failed attempt in plain words, with what was learnt until then. Probes throw it; `verdictOf` reads it. */
export class Fault extends Error {
  readonly facts: Facts
  constructor(
    readonly reason: Reason,
    message: string,
    facts: Facts = {},
  ) {
    super(message, { cause: facts.cause })
    this.facts = facts
  }
}

/** Adds what the caller knows (addresses, earlier hops) to a fault on its way up; other errors pass unchanged. */
export function withFacts(error: unknown, evidence: Evidence, phases?: Phases): unknown {
  if (!(error instanceof Fault)) return error
  const { facts } = error
  facts.evidence = { ...evidence, ...facts.evidence }
  facts.phases = { ...phases, ...facts.phases }
  return error
}

type Known = { reason: Reason; message: string }

/** What an operating system or library code means. Own side: our machine failed, not the target. */
const CODES: Record<string, Known> = {
  ECONNREFUSED: { reason: 'refused', message: 'connection refused' },
  ECONNRESET: { reason: 'reset', message: 'the connection was reset' },
  EPIPE: { reason: 'reset', message: 'the connection was closed while sending' },
  ECONNABORTED: { reason: 'reset', message: 'the connection was aborted' },
  EHOSTUNREACH: { reason: 'unreachable', message: 'the host cannot be reached' },
  EHOSTDOWN: { reason: 'unreachable', message: 'the host is down' },
  ETIMEDOUT: { reason: 'timeout', message: 'the connection timed out' },
  ENOTFOUND: { reason: 'dns', message: 'the name does not exist' },
  ESERVFAIL: { reason: 'dns', message: 'the name servers failed to answer' },
  ETIMEOUT: { reason: 'dns', message: 'the name servers did not answer in time' },
  ADDRESS_BLOCKED: { reason: 'blocked', message: 'this address is not allowed' },
  EPROTO: { reason: 'tls', message: 'the TLS handshake failed' },
  EMFILE: { reason: 'own_side', message: 'this machine has no file descriptors left' },
  ENFILE: { reason: 'own_side', message: 'this machine has no file descriptors left' },
  ENOBUFS: { reason: 'own_side', message: 'this machine has no network buffers left' },
  ENOMEM: { reason: 'own_side', message: 'this machine has no memory left' },
  EADDRNOTAVAIL: { reason: 'own_side', message: 'this machine has no free port or no address to connect from' },
  ENETUNREACH: { reason: 'own_side', message: 'this machine has no route to the network' },
  ENETDOWN: { reason: 'own_side', message: "this machine's network is down" },
  EAFNOSUPPORT: { reason: 'own_side', message: 'this machine does not speak this address family' },
  EACCES: { reason: 'own_side', message: 'this machine does not permit the connection' },
  EPERM: { reason: 'own_side', message: 'this machine does not permit the connection' },
  ERESOLVER: { reason: 'own_side', message: "this machine's own name servers do not answer" },
}

const WITH_PEER = new Set(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'EHOSTDOWN', 'ETIMEDOUT'])
const PEER_WORDS: Record<string, string> = {
  ECONNREFUSED: 'connection refused by',
  ECONNRESET: 'the connection was reset by',
  EHOSTUNREACH: 'cannot reach',
  EHOSTDOWN: 'cannot reach',
  ETIMEDOUT: 'could not connect to',
}

/** A socket error as a fault that names the peer. */
export function socketFault(code: string, peer: string, cause?: unknown): Fault {
  const known = CODES[code]
  if (known) {
    const message = WITH_PEER.has(code) ? `${PEER_WORDS[code]} ${peer}` : known.message
    return new Fault(known.reason, message, { code, cause })
  }
  const tls = code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')
  return new Fault(tls ? 'tls' : 'error', tls ? `the TLS handshake with ${peer} failed` : `${peer} failed: ${code}`, {
    code,
    cause,
  })
}

const codeOf = (error: unknown) => (error instanceof Object && 'code' in error ? String(error.code) : '')

/** 10000 → "10 s", 1500 → "1.5 s". */
export const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`

const MESSAGE_LENGTH = 300
const clipped = (message: string) =>
  message.length > MESSAGE_LENGTH ? `${message.slice(0, MESSAGE_LENGTH - 1)}…` : message

/** Turns whatever a probe threw into a verdict; the engine calls it and nothing else interprets errors. */
export function verdictOf(
  error: unknown,
  { timeout_ms, signal }: { timeout_ms: number; signal: AbortSignal },
): Verdict {
  const facts = error instanceof Fault ? error.facts : {}
  const verdict = ({ reason, message }: Known): Verdict => ({
    status: reason === 'own_side' ? 'unknown' : 'down',
    reason,
    message: clipped(message),
    ...(facts.phases && Object.keys(facts.phases).length > 0 && { phases: facts.phases }),
    ...(facts.evidence && { evidence: facts.evidence }),
  })
  if (error instanceof Fault && error.reason !== 'timeout') return verdict(error)
  const code = codeOf(error)
  const known = CODES[code]
  if (known?.reason === 'own_side') return verdict(known)
  const timedOut = signal.aborted || (error instanceof Error && error.name === 'TimeoutError')
  if (timedOut) return verdict({ reason: 'timeout', message: `no answer within ${seconds(timeout_ms)}` })
  if (error instanceof Fault) return verdict(error)
  if (known) {
    const message = known.reason === 'dns' || known.reason === 'blocked' ? (error as Error).message : known.message
    return verdict({ reason: known.reason, message: message || known.message })
  }
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) {
    return verdict({ reason: 'tls', message: 'the TLS handshake failed' })
  }
  // The text of an unforeseen error may carry settings, so only its kind is told.
  const kind = code || (error instanceof Error ? error.name : typeof error)
  return verdict({ reason: 'error', message: `the check failed: ${kind}` })
}
