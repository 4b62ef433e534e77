/** Zones have short names only in the English of where they are; elsewhere it would be `GMT+1`. */
const ENGLISH = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-ZA', 'en-NZ']

function shortName(zone: string, at: number): string {
  const names = ENGLISH.map((locale) => {
    const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'short' }).formatToParts(at)
    return parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
  })
  return names.find((name) => !/^GMT.|^$/.test(name)) ?? names[0] ?? ''
}

/** An instant on the clocks of a zone: "2026-11-24 03:15 CET", with seconds where there are some. */
export function localAt(zone: string, at: number): string {
  const two = '2-digit' as const
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: two, day: two },
    ...{ hour: two, minute: two, second: two },
  })
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const seconds = part.second === '00' ? '' : `:${part.second}`
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}${seconds} ${shortName(zone, at)}`
}
