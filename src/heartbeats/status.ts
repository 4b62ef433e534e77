import type { HeartbeatStatus } from '#contract/heartbeats'
import type { State } from '#heartbeats/define'

/** How it stands now: late is what has passed its time and not yet its grace, with no run under way. */
export function statusAt(
  { status, expected_at, runs }: Pick<State, 'status' | 'expected_at' | 'runs'>,
  now: number,
): HeartbeatStatus {
  return status === 'up' && runs.length === 0 && expected_at !== null && expected_at <= now ? 'late' : status
}
