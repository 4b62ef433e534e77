import { nextAfter } from '#heartbeats/schedule'
import { scheduleWords } from '#heartbeats/schedule-words'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import { scheduleOf } from './draft'
import { localAt } from './local'
import type { Preview } from './schema'

const SHOWN = 10

/** What a schedule means: in words, and the next times at which it expects a run. */
export function preview(ctx: Ctx, { schedule: given, grace_s = 300, max_runtime_s, from }: Preview) {
  const faults: Record<string, string | undefined> = {}
  const schedule = scheduleOf(given, ctx.tenant.timezone, faults)
  const wrong = Object.entries(faults).filter((entry): entry is [string, string] => entry[1] !== undefined)
  if (wrong.length > 0) throw invalid(Object.fromEntries(wrong))
  const times: number[] = []
  let at = nextAfter(schedule, from === undefined ? ctx.now() : Date.parse(from))
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
      local: localAt(schedule.timezone, expected),
    }
  })
  return { words: scheduleWords(schedule), next }
}
