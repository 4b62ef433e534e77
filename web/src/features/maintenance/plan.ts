// What people choose in the form, and the rule of the API that says the same. The server decides when a window is; the
// occurrences counted here are a preview.

import type { Weekday } from '@/features/on-call/types'
import { WEEK, weekdayOf } from '@/features/on-call/words'
import { daysAfter, instantOf, spanOf, wallOf } from '@/features/on-call/zone'
import type { MaintenanceWindow } from './types'

export type Repeat = 'once' | 'daily' | 'weekly' | 'monthly' | 'rule'
export type Draft = {
  name: string
  description: string
  all: boolean
  monitor_ids: string[]
  heartbeat_ids: string[]
  tags: string[]
  repeat: Repeat
  /** Milliseconds; `null`: at once, `NaN`: nothing sensible is typed. */
  starts_at: number | null
  length_s: number
  /** Of a weekly one, Monday is 1. */
  days: Weekday[]
  monthday: number
  rule: string
  zone: string
  notify_subscribers: boolean
}

const NAMES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
const MINUTE_S = 60

export const blank = (zone: string): Draft => ({
  ...{ name: '', description: '', all: false, monitor_ids: [], heartbeat_ids: [], tags: [] },
  ...{ repeat: 'once', starts_at: null, length_s: 60 * MINUTE_S, days: [1], monthday: 1, rule: '', zone },
  notify_subscribers: false,
})

/** The plain choices behind a rule; whatever else a rule says is shown as it is written. */
function repeatOf(rule: string | null): Partial<Draft> & { repeat: Repeat } {
  if (rule === null) return { repeat: 'once' }
  if (rule === 'FREQ=DAILY') return { repeat: 'daily' }
  const days = /^FREQ=WEEKLY;BYDAY=((?:MO|TU|WE|TH|FR|SA|SU)(?:,(?:MO|TU|WE|TH|FR|SA|SU))*)$/.exec(rule)?.[1]
  if (days) return { repeat: 'weekly', days: WEEK.filter((day) => days.split(',').includes(NAMES[day - 1] ?? '')) }
  const monthday = /^FREQ=MONTHLY;BYMONTHDAY=(\d+)$/.exec(rule)?.[1]
  return monthday ? { repeat: 'monthly', monthday: Number(monthday) } : { repeat: 'rule', rule }
}

/** A stored window as the form has it. */
export function draftOf(window: MaintenanceWindow, zone: string): Draft {
  const { name, description, scope, starts_at, ends_at, rrule, duration_s, timezone, notify_subscribers } = window
  const from = Date.parse(starts_at)
  return {
    ...blank(timezone ?? zone),
    ...{ name, description: description ?? '', notify_subscribers, starts_at: from },
    ...{ all: scope.all ?? false, monitor_ids: scope.monitor_ids ?? [] },
    ...{ heartbeat_ids: scope.heartbeat_ids ?? [], tags: scope.tags ?? [] },
    length_s: duration_s ?? (Date.parse(ends_at ?? starts_at) - from) / 1_000,
    ...repeatOf(rrule),
  }
}

export function ruleOf({ repeat, days, monthday, rule }: Draft): string | null {
  if (repeat === 'once') return null
  if (repeat === 'daily') return 'FREQ=DAILY'
  if (repeat === 'weekly') return `FREQ=WEEKLY;BYDAY=${days.map((day) => NAMES[day - 1]).join(',')}`
  return repeat === 'monthly' ? `FREQ=MONTHLY;BYMONTHDAY=${monthday}` : rule.trim()
}

const isoOf = (at: number) => (Number.isNaN(at) ? '' : new Date(at).toISOString())
/** What is sent. */
export function bodyOf(draft: Draft, now: number) {
  const { all, monitor_ids, heartbeat_ids, tags, length_s, zone, notify_subscribers } = draft
  const from = draft.starts_at ?? now
  const rrule = ruleOf(draft)
  return {
    ...{ name: draft.name.trim(), description: draft.description.trim() || null, notify_subscribers },
    scope: all ? { all } : { monitor_ids, heartbeat_ids, tags },
    ...{ starts_at: isoOf(from), rrule },
    ...(rrule === null
      ? { ends_at: isoOf(from + length_s * 1_000), duration_s: null, timezone: null }
      : { ends_at: null, duration_s: length_s, timezone: zone }),
  }
}

const isDay = ({ repeat, days, monthday }: Draft, date: string) => {
  if (repeat === 'weekly') return days.includes(weekdayOf(date))
  return repeat === 'daily' || (repeat === 'monthly' && Number(date.slice(8)) === monthday)
}
const FARTHEST_DAYS = 400
/** The next occurrences in words; none of what does not recur, or by a rule of one's own. */
export function occurrencesOf(draft: Draft, now: number, most = 5): string[] {
  const { zone, length_s } = draft
  const start = draft.starts_at ?? now
  if (Number.isNaN(start)) return []
  const wall = wallOf(start, zone)
  const first = wallOf(Math.max(start, now - length_s * 1_000), zone).slice(0, 10)
  const found: string[] = []
  for (let day = 0; day < FARTHEST_DAYS && found.length < most; day += 1) {
    const date = daysAfter(first, day)
    const from = instantOf(`${date}T${wall.slice(11)}`, zone)
    const until = from + length_s * 1_000
    if (isDay(draft, date) && from >= Math.floor(start / 1_000) * 1_000 && until > now)
      found.push(spanOf(from, until, zone))
  }
  return found
}
