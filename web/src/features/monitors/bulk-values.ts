import type { Quorum, Severity } from '@/types'

export type Values = {
  interval: number | null
  timeout_ms: number | null
  degraded_ms: number | null
  alert_threshold: number | null
  recovery_threshold: number | null
  confirm_interval_s: number | null
  severity: Severity
  regions: { regions: string[]; region_quorum: Quorum }
  parents: string[]
  tag: string
  untag: string
}
/** What can be ticked. */
export type Part = keyof Values
export const START: Values = {
  interval: 60,
  timeout_ms: 10_000,
  degraded_ms: null,
  alert_threshold: 2,
  recovery_threshold: 1,
  confirm_interval_s: 5,
  severity: 'high',
  regions: { regions: ['local'], region_quorum: 'majority' },
  parents: [],
  tag: '',
  untag: '',
}
export const LABEL: Record<Part, string> = {
  interval: 'Interval',
  timeout_ms: 'Timeout',
  degraded_ms: 'Degraded above',
  alert_threshold: 'Down after',
  recovery_threshold: 'Up after',
  confirm_interval_s: 'Re-check after a failure',
  severity: 'Severity',
  regions: 'Regions',
  parents: 'Depends on',
  tag: 'Add a tag',
  untag: 'Remove a tag',
}
export const UNIT: Partial<Record<Part, string>> = {
  timeout_ms: 'ms',
  degraded_ms: 'ms',
  alert_threshold: 'failures in a row',
  recovery_threshold: 'successes in a row',
  confirm_interval_s: 'seconds',
}
export const HINT: Partial<Record<Part, string>> = {
  degraded_ms: 'Empty turns it off.',
  parents: 'Replaces what they depend on now; empty takes all of it away.',
}

export const PARTS = Object.keys(LABEL) as Part[]

/** What an edit sends: only what was ticked. Tags are actions of their own. */
export function setOf(chosen: ReadonlySet<Part>, values: Values): Record<string, unknown> {
  const parts = PARTS.filter((part) => chosen.has(part) && part !== 'tag' && part !== 'untag')
  return Object.fromEntries(
    parts.flatMap((part): [string, unknown][] => {
      if (part === 'regions') return Object.entries(values.regions)
      const value = values[part]
      return value === null && part !== 'degraded_ms' ? [] : [[part, value]]
    }),
  )
}
