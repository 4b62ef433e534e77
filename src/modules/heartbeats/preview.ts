import { nextAfter } from '#heartbeats/schedule'
import { scheduleWords, zonedTime } from '#heartbeats/schedule-words'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import { scheduleFrom } from './draft'

import type { Preview } from './schema'

const SHOWN = 10
/** No calendar of ours goes back to the first centuries, nor the days that are counted out of one. */
const [EARLIEST, LATEST] = [Date.UTC(2000), Date.UTC(2200)]

function sinceOf({ from }: Preview, now: number): number {
  if (from === undefined) return now
  const since = Date.parse(from)
  if (since >= EARLIEST && since < LATEST) return since
  throw invalid({ from: 'must be in the years 2000 to 2199' })
}

/** What a schedule means: in words, and the next times at which it expects a run. */
export function preview(ctx: Ctx, asked: Preview) {
  const { schedule: given, grace_s = 300, max_runtime_s } = asked
  const since = sinceOf(asked, ctx.now())
  const schedule = scheduleFrom(given, { timezone: ctx.tenant.timezone, now: since })
  const times: number[] = []
  let at = nextAfter(schedule, since)
  while (at !== null && times.length < SHOWN) {
    times.push(at)
    at = nextAfter(schedule, at)
  }
  const next = times.map((expected) => {
    const deadline = expected + grace_s * 1_000
    return {
      expected_at: isoAt(expected),
      deadline_at: isoAt(deadline),
      ends_by: isoAt(deadline + (max_runtime_s ?? grace_s) * 1_000),
      local: zonedTime(expected, schedule.timezone),
    }
  })
  return { words: scheduleWords(schedule), next }
}
