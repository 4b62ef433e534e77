import { WEEK, weekdayName } from '@/features/on-call/words'
import { inWords, plural } from '@/ui/format'
import { draftOf } from './plan'
import type { MaintenanceWindow } from './types'

/** `2 monitors, tagged db or web`. */
export function scopeWords({
  all,
  monitor_ids = [],
  heartbeat_ids = [],
  tags = [],
}: MaintenanceWindow['scope']): string {
  if (all) return 'Everything'
  const words = [
    monitor_ids.length > 0 && plural(monitor_ids.length, 'monitor'),
    heartbeat_ids.length > 0 && plural(heartbeat_ids.length, 'heartbeat'),
    tags.length > 0 && `tagged ${tags.join(' or ')}`,
  ]
    .filter(Boolean)
    .join(', ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** `Every Monday for 2 hours, Europe/Berlin`; nothing for what does not recur. */
export function repeatWords(window: MaintenanceWindow): string | null {
  if (window.rrule === null) return null
  const { repeat, days, monthday, rule, length_s, zone } = draftOf(window, 'UTC')
  const named = WEEK.filter((day) => days.includes(day)).map((day) => weekdayName(day, 'long'))
  const when = {
    once: '',
    daily: 'Every day',
    weekly: `Every ${named.join(', ')}`,
    monthly: `On day ${monthday} of every month`,
    rule: `By the rule ${rule}`,
  }[repeat]
  return `${when} for ${inWords(length_s)}, ${zone}`
}
