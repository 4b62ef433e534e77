import type { HeartbeatReason } from '#contract/heartbeats'
import type { Writer } from '#db/client'
import type { HeartbeatRow } from '#engine/heartbeats/rows'
import { closeFor, openFor, updateFor } from '#engine/incidents'
import type { Flip, Problem, State } from '#heartbeats/define'
import { isoAt } from '#kernel/clock'
import { duration } from '#kernel/words'

/** What its incidents are known by: one for silence and failure, one for runs that are not as they should be. */
export const keysOf = (id: string) => [`heartbeat:${id}`, `heartbeat:${id}:problems`] as const

const titles: Record<HeartbeatReason, (name: string) => string> = {
  missed: (name) => `${name} did not report`,
  failed: (name) => `${name} failed`,
  too_long: (name) => `${name} does not come to an end`,
}
const about = ({ tenant_id, id, name, severity }: HeartbeatRow) => ({
  ...{ tenant_id, severity, source_type: 'heartbeat' as const },
  ...{ heartbeat_id: id, heartbeat_name: name },
})

/** Whether it began to be down, or ended; each at its exact time. */
async function tellFlips(db: Writer, { row, before, after: state, flips }: Change, at: string) {
  const [dedup_key] = keysOf(row.id)
  let down_since = before.status === 'down' ? before.since : null
  for (const { from, to, at: when, reason, message } of flips) {
    if (to === 'down' && reason) {
      down_since = when
      const data = { reason, failures: state.failed_in_row, last_run_at: state.last_run_at && isoAt(state.last_run_at) }
      const what = { ...about(row), dedup_key, title: titles[reason](row.name), message, reason, data, at }
      await openFor(db, { ...what, opened_at: isoAt(when) })
    }
    if (from === 'down' && to === 'up') {
      const took = down_since === null ? '' : ` after ${duration(Math.round((when - down_since) / 1_000))}`
      const message = `${row.name} reported again${took}`
      await closeFor(db, { tenant_id: row.tenant_id, dedup_key, message, at: isoAt(when) })
    }
  }
}

const codes = (problems: Problem[]) => problems.map(({ code, about = '' }) => `${code} ${about}`).join()

/** Whether its runs began to be other than expected, or ended, or are so for another reason. */
async function tellProblems(db: Writer, row: HeartbeatRow, before: Problem[], now: Problem[], at: string) {
  const [, dedup_key] = keysOf(row.id)
  const [first] = now
  if (codes(before) === codes(now)) return
  if (!first) {
    const message = `${row.name} is as expected again`
    return closeFor(db, { tenant_id: row.tenant_id, dedup_key, message, at })
  }
  const more = now.length > 1 ? ` (and ${now.length - 1} more)` : ''
  const text = {
    title: `${row.name} is not as expected${more}`,
    message: now.map(({ message }) => message).join('\n'),
    data: { problems: now },
  }
  if (before.length > 0 && (await updateFor(db, { tenant_id: row.tenant_id, dedup_key, ...text, at }))) return
  // Resolved by hand: what was wrong then is known, and told again only after it was right in between.
  const added = now.find((one) => !before.some((known) => codes([known]) === codes([one])))
  if (!added) return
  return openFor(db, { ...about(row), dedup_key, ...text, reason: added.code, opened_at: isoAt(added.since), at })
}

export type Change = { row: HeartbeatRow; before: State; after: State; flips: Flip[] }
/** Whether people are to hear of it; then there are outbox rows. */
export const isNews = ({ before, after, flips }: Change) =>
  flips.some(({ from, to }) => from === 'down' || to === 'down') || codes(before.problems) !== codes(after.problems)

/** Opens and closes incidents, in the transaction of what caused them. */
export async function tell(db: Writer, change: Change, now: number): Promise<void> {
  const at = isoAt(now)
  const { row, before, after } = change
  await tellFlips(db, change, at)
  await tellProblems(db, row, before.problems, after.problems, at)
}
