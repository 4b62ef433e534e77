import type { FeedType, NotificationPrefs, PrefKind, QuietHours, Weekday } from '#contract/oncall'
import type { Severity } from '#contract/statuses'
import { endOfHours } from './hours'

const everyDay: Weekday[] = [1, 2, 3, 4, 5, 6, 7]

/** What counts for somebody who has set nothing: everything, at once, every way. */
export const defaultPrefs = (timezone: string): NotificationPrefs => ({
  matrix: {},
  rules: [],
  quiet_hours: { enabled: false, timezone, from: '22:00', to: '07:00', days: everyDay, critical_exempt: true },
  digest: { enabled: false, timezone, time: '08:00', days: everyDay },
})

/** Whether news of this type come this way; what was never set is on. */
export const wants = (prefs: NotificationPrefs, type: FeedType | 'oncall_handoff', kind: PrefKind): boolean =>
  prefs.matrix[type]?.[kind] ?? true

/** So many parts of the day may follow upon each other; who has quiet hours without an end hears at the end of the first. */
const MOST_IN_A_ROW = 8

/** When a message of `at` may disturb, if not then: the end of the quiet hours it falls into. Without a severity it never breaks through. */
export function quietUntil(quiet: QuietHours, severity: Severity | null, at: number): number | null {
  if (!quiet.enabled || (severity === 'critical' && quiet.critical_exempt)) return null
  const first = endOfHours(quiet, at)
  let end = first
  for (let i = 0; end !== null && i < MOST_IN_A_ROW; i++) {
    const next = endOfHours(quiet, end)
    if (next === null) return end
    end = next
  }
  return first
}
