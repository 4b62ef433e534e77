import type { RunStatus } from '#contract/heartbeats'

/** A run of an agent as it is remembered. */
export type PastRun = {
  status: RunStatus
  began_at: number | null
  ended_at: number
  duration_ms: number | null
  numbers: Record<string, number>
}

/** What an agent usually does, found out from its runs: small, plain data. */
export type Model = {
  version: 1
  runs: number
  days: number
}
