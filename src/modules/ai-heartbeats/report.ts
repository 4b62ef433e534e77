import type { AiNumbers, Signal } from '#heartbeats/define'
import { invalid } from '#kernel/fail'
import { lineFault } from '#kernel/faults'
import type { Report } from './schema'
import { told } from './telemetry'

const DAY_MS = 86_400_000
/** What ended longer ago says nothing about how things are now. */
const OLDEST_MS = 7 * DAY_MS
/** A clock may be wrong, or in another time zone by mistake; more than a day is neither. */
const AHEAD_MS = DAY_MS
const METADATA_BYTES = 8_192
const METADATA_DEPTH = 8
const MOST_LINE = 300
const MOST_ERROR = 2_000
/** What would break a log line or a mail; here it is what some program printed, not a person's mistake to refuse. */
const UNREADABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu
const CONTROL = /(?:[^\P{Cc}\n\t]|[\u2028\u2029\u202a-\u202e\u2066-\u2069])+/gu

/** What is kept of a run beside its numbers. */
export type Details = {
  model?: string
  provider?: string
  trace_id?: string
  error?: string
  metadata?: Record<string, unknown>
}
type Faults = Record<string, string>

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

function metadataFault(metadata: unknown): string | undefined {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return 'must be an object'
  const bytes = Buffer.byteLength(JSON.stringify(metadata))
  if (bytes > METADATA_BYTES) return `must have at most ${METADATA_BYTES} bytes; this has ${bytes}`
  return depthOf(metadata) > METADATA_DEPTH ? `must not be nested deeper than ${METADATA_DEPTH} levels` : undefined
}

/** The instants of a run, checked; one whose clock is ahead is moved back by as much. */
function timesOf({ started_at, ended_at }: Report, now: number, faults: Faults) {
  const times = { started_at, ended_at }
  const read: { started_at?: number; ended_at?: number } = {}
  for (const name of ['started_at', 'ended_at'] as const) {
    const text = times[name]
    if (text === undefined || text === null) continue
    const at = Date.parse(text)
    if (Number.isNaN(at)) faults[name] = 'must be a time such as 2026-05-01T12:00:00Z'
    else if (at > now + AHEAD_MS) faults[name] = 'must not be more than a day in the future'
    else if (at < now - OLDEST_MS) faults[name] = 'must not be more than 7 days ago'
    else read[name] = at
  }
  if (read.started_at !== undefined && read.ended_at !== undefined && read.started_at > read.ended_at)
    faults.started_at ??= 'must not be later than ended_at'
  const ahead = Math.max(0, (read.ended_at ?? read.started_at ?? now) - now)
  return {
    ...(read.started_at !== undefined && { started_at: read.started_at - ahead }),
    ...(read.ended_at !== undefined && { ended_at: read.ended_at - ahead }),
  }
}

const numberNames = [
  ...(['input_tokens', 'output_tokens', 'cost_usd', 'latency_ms'] as const),
  ...(['tool_calls', 'quality_score', 'output_bytes'] as const),
] satisfies (keyof AiNumbers)[]

/** Every number that was told, by its own name or, failing that, by telemetry. */
function numbersOf(report: Report, more: AiNumbers): AiNumbers {
  const found: AiNumbers = {}
  for (const name of numberNames) {
    const value = report[name] ?? more[name]
    if (value !== undefined && value !== null) found[name] = value
  }
  return found
}

const cleaned = (text: string | null | undefined) =>
  text?.toWellFormed().replace(CONTROL, ' ').trim().slice(0, MOST_ERROR) || undefined

/**
 * What an agent reports, as a signal; throws 422 with everything that is wrong. What is not given comes from the names of
 * OpenTelemetry in its metadata, and how long it took from its beginning and end.
 */
export function signalOf(report: Report, now: number): { signal: Signal; details: Details } {
  const faults: Faults = {}
  const metadata = report.metadata ?? undefined
  const odd = metadata === undefined ? undefined : metadataFault(metadata)
  if (odd) faults.metadata = odd
  const times = timesOf(report, now, faults)
  for (const name of ['model', 'provider', 'trace_id'] as const) {
    const given = report[name]
    const fault = given ? lineFault(given) : undefined
    if (fault) faults[name] = fault
  }
  if (Object.keys(faults).length > 0) throw invalid(faults)

  const { error: why, model, provider, ...more } = told(metadata ?? {})
  const numbers = numbersOf(report, more)
  const { started_at, ended_at = now } = times
  if (started_at !== undefined) numbers.latency_ms ??= ended_at - started_at
  // Durations are whole milliseconds everywhere.
  if (numbers.latency_ms !== undefined) numbers.latency_ms = Math.round(numbers.latency_ms)
  // Telemetry may tell of an error of one call that the run got over.
  const error = cleaned(report.error ?? (report.status === 'ok' ? undefined : why))
  const message = error?.replace(UNREADABLE, ' ').slice(0, MOST_LINE)
  const kept = { model: report.model || model, provider: report.provider || provider, trace_id: report.trace_id, error }
  const details = Object.fromEntries(Object.entries({ ...kept, metadata }).filter(([, value]) => value))
  return {
    signal: {
      kind: report.status === 'ok' ? 'success' : 'fail',
      at: now,
      ...(message && { message }),
      run: { status: report.status, ...times, numbers },
    },
    details,
  }
}
