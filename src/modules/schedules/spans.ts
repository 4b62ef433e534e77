import { isoAt } from '#kernel/clock'
import { invalid } from '#kernel/fail'

export type Span = { from: string; to: string }
type Given = { from?: string; to?: string }

const DAY_MS = 86_400_000
const LONGEST_MS = 366 * DAY_MS
const AHEAD_MS = 2 * 366 * DAY_MS

/** Whether two spans have a moment in common. */
export const meet = (a: Span, b: Span) => Date.parse(a.from) < Date.parse(b.to) && Date.parse(b.from) < Date.parse(a.to)

/**
 * When something is to hold: what has passed cannot be changed, so it begins now at the earliest, and ends later. What has
 * begun keeps its beginning.
 */
export function spanOf(given: Given, now: number, base?: Span): Span {
  const begun = base !== undefined && Date.parse(base.from) <= now
  const asked = Date.parse(given.from ?? base?.from ?? isoAt(now))
  const from = begun && asked <= now ? Date.parse(base.from) : Math.max(asked, now)
  const to = Date.parse(given.to ?? base?.to ?? '')
  if (!(to > now)) throw invalid({ to: 'must be in the future' })
  if (!(to > from)) throw invalid({ to: 'must be after `from`' })
  if (to - from > LONGEST_MS) throw invalid({ to: 'must be at most a year after `from`' })
  if (!(from < now + AHEAD_MS)) throw invalid({ from: 'must be within two years' })
  return { from: isoAt(from), to: isoAt(to) }
}
