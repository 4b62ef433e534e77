import { exact, useNow, useTimeZone } from '@/ui/time'
import { dateOf, dayAndMonth, daysAfter, wallOf, weekdayShort } from './zone'

/** `today, 14:01`, `tomorrow, 09:00`, `Mon 30 Nov, 09:00`: in the middle of a sentence. */
export function whenWords(at: number, zone: string, now: number): string {
  const wall = wallOf(at, zone)
  const [day, today] = [wall.slice(0, 10), dateOf(now, zone)]
  const clock = wall.slice(11, 16)
  if (day === today) return `today, ${clock}`
  if (day === daysAfter(today, 1)) return `tomorrow, ${clock}`
  const year = day.slice(0, 4) === today.slice(0, 4) ? '' : ` ${day.slice(0, 4)}`
  return `${weekdayShort(day)} ${dayAndMonth(day)}${year}, ${clock}`
}

/** A hand-off that is ahead, in the zone that is shown. */
export function When({ at }: { at: string }) {
  const zone = useTimeZone()
  const now = useNow(60_000)
  return (
    <time dateTime={at} title={exact(at, zone)}>
      {whenWords(Date.parse(at), zone, now)}
    </time>
  )
}
