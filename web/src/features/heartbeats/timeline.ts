import type { Heartbeat, HeartbeatRun } from '@/types'
import { runGlyph } from './words'

/** One that took far longer than the others is cut: it must not flatten them. */
const CUT = 3
/** Without a known start there is no length to draw. */
const UNKNOWN = 0.3

const median = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)]

/** Bars of runs, oldest first; `share` is the height from 0 to 1. */
export function barsOf(runs: readonly HeartbeatRun[], running: Heartbeat['running'], now: number) {
  const all = [
    ...runs
      .map((run) => {
        const glyph = runGlyph(run.status, run.problems.length)
        const kind = glyph === 'down' || glyph === 'degraded' ? glyph : ('up' as const)
        return { key: `${run.ended_at} ${run.rid ?? ''}`, at: run.ended_at, ms: run.duration_ms, kind, run }
      })
      .reverse(),
    ...running.map(({ rid, at }) => ({
      ...{ key: `running ${at} ${rid ?? ''}`, at, kind: 'running' as const, run: undefined },
      ms: Math.max(0, now - Date.parse(at)),
    })),
  ]
  const known = all.flatMap(({ ms, run }) => (ms === null || !run ? [] : [ms])).sort((a, b) => a - b)
  const usual = median(known)
  const longest = Math.max(1, ...all.map(({ ms }) => ms ?? 0))
  const top = usual === undefined ? longest : Math.min(longest, Math.max(1, usual * CUT))
  return all.map((one) => ({ ...one, share: one.ms === null ? UNKNOWN : Math.min(1, one.ms / top) }))
}
