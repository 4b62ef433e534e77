import type { TObject } from '@sinclair/typebox'
import type { Net } from '#kernel/net'

/** Where the time went, in milliseconds; a phase that did not happen is absent. */
export type Phases = {
  dns_ms?: number
  connect_ms?: number
  tls_ms?: number
  first_byte_ms?: number
  transfer_ms?: number
}

/** Class of a failure. The engine decides from it what to re-check and what to believe at once. */
export type Reason =
  | 'timeout'
  | 'refused'
  | 'reset'
  | 'unreachable'
  | 'dns'
  | 'tls'
  | 'certificate'
  | 'status'
  | 'assertion'
  | 'protocol'
  | 'slow'
  | 'blocked'
  | 'reported'
  | 'own_side'
  | 'error'

export type CertificateFacts = {
  subject: string
  issuer: string
  names: string[]
  valid_from: string
  valid_to: string
  fingerprint_sha256: string
  serial: string
}

/** What a person needs to believe the verdict. Bounded: bodies to 8 KB, headers to 8 KB; secrets already redacted. */
export type Evidence = {
  addresses?: string[]
  address?: string
  protocol?: string
  status?: number
  headers?: Record<string, string>
  redirects?: { url: string; status: number }[]
  certificates?: CertificateFacts[]
  certificate_error?: string
  body?: string
  records?: string[]
  [fact: string]: unknown
}

/**
 * The answer of one attempt. `unknown` says that our own side failed (no file descriptors, no network, no resolver):
 * it counts for neither side. `message` is one plain sentence without secrets, at most 300 characters.
 */
export type Verdict = {
  status: 'up' | 'degraded' | 'down' | 'unknown'
  reason?: Reason
  message: string
  response_time_ms?: number
  phases?: Phases
  evidence?: Evidence
}

export type Job<S> = {
  /** Set for types with `takes_url`; already checked to be an absolute URL. */
  url: string
  settings: S
  timeout_ms: number
  /** Aborted when the time is up; the probe must release its socket then. */
  signal: AbortSignal
  /** Resolves names under the address policy; the only way a probe may turn a name into an address. */
  net: Net
  /** Wall clock of the appliance, for certificate expiry. */
  now: () => number
}

type Described<S extends TObject> = {
  type: string
  title: string
  /** One sentence: what does "up" mean? */
  summary: string
  /** Longer help for the generated docs page, Markdown. */
  docs: string
  /** The target is the monitor's top-level `url` instead of something in `settings`. */
  takes_url?: boolean
  /** How such a `url` may begin, the safest last; default http and https. */
  schemes?: readonly string[]
  settings: S
  /** How a person recognises the target; never contains a secret. */
  target: (job: { url: string; settings: S['static'] }) => string
  /** Rules across fields that JSON Schema cannot say: field path (`settings.keyword`) → sentence. */
  check?: (job: { url: string; settings: S['static'] }) => Record<string, string>
}
/** A type that looks at its target over the network. */
export type ActiveProbe<S extends TObject = TObject> = Described<S> & {
  passive?: undefined
  run: (job: Job<S['static']>) => Promise<Verdict>
}
/** A type that looks at nothing: evaluated by the engine from what it knows or is told. */
type PassiveProbe<S extends TObject = TObject> = Described<S> & { passive: true; run?: undefined }
/** One monitor type. From this constant derive the API validation, OpenAPI, the form, the docs page and the storage. */
export type Probe<S extends TObject = TObject> = ActiveProbe<S> | PassiveProbe<S>

/** How the `url` of this type may begin. */
export const schemesOf = ({ schemes = ['http', 'https'] }: Pick<Probe, 'schemes'>): readonly string[] => schemes

export function defineProbe<S extends TObject>(probe: PassiveProbe<S>): PassiveProbe<S>
export function defineProbe<S extends TObject>(probe: ActiveProbe<S>): ActiveProbe<S>
export function defineProbe<P>(probe: P): P {
  return probe
}
