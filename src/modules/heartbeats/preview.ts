import { nextAfter } from '#heartbeats/schedule'
import { scheduleWords, zonedTime } from '#heartbeats/schedule-words'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import { scheduleFrom } from './draft'

import type { Preview } from './schema'

const SHOWN = 10

/** What a schedule means: in words, and the next times at which it expects a run. */
export function preview(ctx: Ctx, { schedule: given, grace_s = 300, max_runtime_s, from }: Preview) {
  const since = from === undefined ? ctx.now() : Date.parse(from)
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
