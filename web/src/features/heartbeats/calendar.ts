import type { HeartbeatDay, HeartbeatSlot, MonitorStatus } from '@/types'
import { count } from '@/ui/format'

/** A month as `2026-11`, and how to go on from it. */
export const monthOf = (date: string) => date.slice(0, 7)
export function monthAfter(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7)
}
export const isMonth = (text: string | undefined): text is string => /^2[01]\d\d-(0[1-9]|1[0-2])$/.test(text ?? '')
/** The first and the last day of a month. */
export const boundsOf = (month: string) => {
  const last = new Date(Date.parse(`${monthAfter(month, 1)}-01T00:00:00Z`) - 1).toISOString().slice(0, 10)
  return { from: `${month}-01`, until: last }
}
export const monthName = (month: string) =>
  new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${month}-15`))
export const dayName = (date: string) =>
  new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' }).format(
    new Date(`${date}T12:00:00Z`),
  )
/** How many cells are empty before the first day; weeks begin with Monday. */
export const leadOf = (month: string) => (new Date(`${month}-01T12:00:00Z`).getUTCDay() + 6) % 7

/** Today in that zone. */
export function todayIn(zone: string, now: number): string {
  try {
    return new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(now)
  } catch {
    // A zone that the server knows and this browser does not.
    return new Date(now).toISOString().slice(0, 10)
  }
}

export type DayKind = 'ok' | 'failed' | 'missed' | 'waiting' | 'off' | 'nothing'
/** The worst that happened on a day. */
export function kindOf(day: HeartbeatDay): DayKind {
  if (day.missed > 0) return 'missed'
  if (day.failed > 0) return 'failed'
  if (day.ok > 0) return 'ok'
  if (day.expected > 0) return 'waiting'
  return day.off ? 'off' : 'nothing'
}
export const kindGlyph: Record<DayKind, MonitorStatus | null> = {
  ...{ ok: 'up', failed: 'down', missed: 'degraded', waiting: 'pending', off: null, nothing: null },
}

/** A day in a few words: `1 missed, 23 of 24 ok`. */
export function dayWords(day: HeartbeatDay): string {
  const { expected, ok, failed, missed, off } = day
  const parts = [
    missed > 0 && `${count(missed)} missed`,
    failed > 0 && `${count(failed)} failed`,
    ok > 0 && (ok === expected ? `${count(ok)} ok` : `${count(ok)} of ${count(expected)} ok`),
  ].filter(Boolean)
  const waits = expected - ok - failed - missed
  if (waits > 0 && parts.length === 0) return `${count(waits)} expected`
  return parts.join(', ') || (off ? 'Off' : '')
}

export const slotWords: Record<HeartbeatSlot['status'], { word: string; glyph: MonitorStatus }> = {
  ok: { word: 'Ran', glyph: 'up' },
  failed: { word: 'Failed', glyph: 'down' },
  missed: { word: 'Missed', glyph: 'degraded' },
  pending: { word: 'Expected', glyph: 'pending' },
  excused: { word: 'Not counted: paused, or nobody could see', glyph: 'paused' },
}
