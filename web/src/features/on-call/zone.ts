// Days and clocks of a time zone. The server decides who is on call when; this only draws and reads times.

const formats = new Map<string, Intl.DateTimeFormat>()
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const options: Intl.DateTimeFormatOptions = {
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    ...{ hourCycle: 'h23' },
  }
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-CA', { ...options, timeZone: zone })
  } catch {
    // A zone that the server knows and this browser does not.
    format = new Intl.DateTimeFormat('en-CA', { ...options, timeZone: 'UTC' })
  }
  formats.set(zone, format)
  return format
}

/** `2026-11-23T09:00:00` on the clocks there. */
export function wallOf(at: number, zone: string): string {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = value
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}`
}
const ahead = (at: number, zone: string) => Date.parse(`${wallOf(at, zone)}Z`) - Math.floor(at / 1000) * 1000

/**
 * The instant at which the clocks there show this (`2026-11-23T09:00`). Where they show it twice, the first; where they
 * leap over it, as far behind the leap as it was meant to be behind midnight.
 */
export function instantOf(wall: string, zone: string): number {
  const naive = Date.parse(`${wall.length === 10 ? `${wall}T00:00` : wall}Z`)
  if (Number.isNaN(naive)) return Number.NaN
  const before = naive - ahead(naive - 86_400_000, zone)
  const after = naive - ahead(naive + 86_400_000, zone)
  const fits = [before, after].filter((at) => at + ahead(at, zone) === naive)
  return fits.length > 0 ? Math.min(...fits) : before
}

export const dateOf = (at: number, zone: string) => wallOf(at, zone).slice(0, 10)
export const daysAfter = (date: string, days: number) =>
  new Date(Date.parse(`${date}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
/** The Monday of that week. */
export const mondayOf = (date: string) => daysAfter(date, -((new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7))
export const isWeekend = (date: string) => [0, 6].includes(new Date(`${date}T12:00:00Z`).getUTCDay())

const inUtc = (options: Intl.DateTimeFormatOptions) => {
  const format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' })
  return (date: string) => format.format(new Date(`${date.slice(0, 10)}T12:00:00Z`))
}
export const weekdayShort = inUtc({ weekday: 'short' })
export const dayAndMonth = inUtc({ day: 'numeric', month: 'short' })
export const monthAndYear = inUtc({ month: 'long', year: 'numeric' })

/** `Tue 24 Nov, 09:00`. */
export function momentOf(at: number, zone: string): string {
  const wall = wallOf(at, zone)
  return `${weekdayShort(wall)} ${dayAndMonth(wall)}, ${wall.slice(11, 16)}`
}
/** `Tue 24 Nov, 09:00 – 17:00`, with the second day only where it is another one. */
export function spanOf(from: number, to: number, zone: string): string {
  const [a, b] = [wallOf(from, zone), wallOf(to, zone)]
  return `${momentOf(from, zone)} – ${a.slice(0, 10) === b.slice(0, 10) ? b.slice(11, 16) : momentOf(to, zone)}`
}
/** As a `datetime-local` box wants it. */
export const boxOf = (at: number, zone: string) => wallOf(at, zone).slice(0, 16)
