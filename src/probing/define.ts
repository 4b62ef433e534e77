import type { Verdict } from '#probes/define'
import type { CheckJob } from '#probing/attempt'

/** What a prober is told to do about one monitor; plain data, so that it can cross to a worker or over the network. */
export type Assignment = {
  /** The monitor's number: the place on the grid follows from it. */
  number: number
  /** Of what is asked and how often; results name it, so that an answer to older settings is known as such. */
  version: number
  interval_ms: number
  job: CheckJob
}

/** What one check found. `at` is when it began, in the clock of whoever is told. */
export type Result = { number: number; version: number; at: number; verdict: Verdict }

/** Whether a prober's own way to the network works: judged by the anchors it was given, `unset` without any. */
export type Uplink = {
  state: 'unset' | 'up' | 'down'
  since: number
  anchors: { anchor: string; ok: boolean; message: string }[]
}

/** Time in which a prober did not run: suspended, stopped, or its loop blocked. */
export type Gap = { from: number; until: number }

export type ProberStats = {
  /** Start lateness over the last starts, milliseconds. */
  count: number
  p50_ms: number
  p99_ms: number
  max_ms: number
  /** How long the oldest due check has been waiting to start. */
  lag_ms: number
  running: number
  queued: number
  monitors: number
}

export type ProberEvents = {
  /** Checks that have ended, oldest first; urgent ones (anything but another success) come at once. */
  onResults: (results: Result[]) => void
  onGap: (gap: Gap) => void
  onUplink: (uplink: Uplink) => void
}

/**
 * Whoever runs checks on a schedule: in this thread, in a worker, or elsewhere. What a result means for a monitor, and
 * whether to look again soon, is decided by whoever gave the assignments.
 */
export type Prober = {
  start: () => void
  /** No further starts; resolves when what runs has ended, or was left behind. */
  stop: () => Promise<void>
  /** Adds monitors or changes them. `now`: check at once instead of at the next slot; `spread`: within the next seconds. */
  assign: (assignments: Assignment[], first?: 'now' | 'spread') => void
  remove: (numbers: number[]) => void
  /** One more check outside the grid. */
  again: (number: number, delay_ms: number) => void
  /** One check right now, which is also told by `onResults`; undefined when the monitor is not assigned. */
  check: (number: number) => Promise<Result | undefined>
  /** One attempt that is not told to anybody. */
  dryRun: (job: CheckJob) => Promise<Verdict>
  /** `host:port` (TCP) or `host` (ping). */
  setAnchors: (anchors: string[]) => void
  stats: () => ProberStats
  /** Resolves when nothing runs or is due. */
  settled: () => Promise<void>
}
