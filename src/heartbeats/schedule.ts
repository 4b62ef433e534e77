import { Cron } from 'croner'
import type { Calendar, Schedule } from '#heartbeats/define'

/** A day on which nothing is expected. */
export function isOff(only: Calendar | undefined, date: string): boolean {
  if (!only) return false
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay() || 7
  if (only.weekdays && !only.weekdays.includes(weekday)) return true
  return only.except?.some((day) => day === date || day === date.slice(5)) ?? false
}

/** The first moment strictly after `after` at which a run is expected; null when there is none. */
export function nextAfter(schedule: Schedule, after: number): number | null {
  if (schedule.kind === 'interval') return after + schedule.every_s * 1_000
  if (schedule.kind === 'oncalendar') return null
  return (
    new Cron(schedule.cron, { timezone: schedule.timezone, mode: '5-part' }).nextRun(new Date(after))?.getTime() ?? null
  )
}

/** Slots strictly after `from` and until `until`, at most `most` of them; an interval has none. */
export function slotsBetween(schedule: Schedule, from: number, until: number, most: number): number[] {
  const slots: number[] = []
  if (schedule.kind === 'interval') return slots
  for (
    let at = nextAfter(schedule, from);
    at !== null && at <= until && slots.length < most;
    at = nextAfter(schedule, at)
  )
    slots.push(at)
  return slots
}

/** What is wrong with a schedule: field to sentence. */
export function scheduleFaults(schedule: Schedule): Record<string, string> {
  try {
    if (schedule.kind === 'cron') new Cron(schedule.cron, { timezone: schedule.timezone, mode: '5-part' }).nextRun()
    return {}
  } catch {
    return { 'schedule.cron': 'is not a cron expression such as 15 3 * * 1-5' }
  }
}
