import type { Schedule } from '#heartbeats/define'

/** A schedule as people say it; an expression that has no simple words is quoted. */
export function scheduleWords(schedule: Schedule): string {
  if (schedule.kind === 'interval') return `every ${schedule.every_s} s`
  return `${schedule.kind === 'cron' ? schedule.cron : schedule.oncalendar} (${schedule.timezone})`
}

/** `2026-11-24 03:15 CET`. */
export function zonedTime(at: number, timezone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
  } as Intl.DateTimeFormatOptions).formatToParts(at)
  const part = (type: string) => parts.find((other) => other.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')} ${part('timeZoneName')}`
}
