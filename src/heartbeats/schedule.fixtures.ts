/** All time zones this runtime knows and the moments at which their clocks change, found without the code under test. */

const DAY = 86_400_000
export const FROM = Date.UTC(2026, 0, 1)
export const UNTIL = Date.UTC(2029, 0, 1)

const formats = new Map<string, Intl.DateTimeFormat>()
function formatOf(zone: string): Intl.DateTimeFormat {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', dateStyle: 'short', timeStyle: 'medium' })
  formats.set(zone, format)
  return format
}

/** What the clock on the wall shows: `2026-03-29T03:00:00`. */
export const shown = (zone: string, at: number) => formatOf(zone).format(at).replace(', ', 'T')
const offsetAt = (zone: string, at: number) => Date.parse(`${shown(zone, at)}Z`) - at

function changesOf(zone: string): { at: number; by: number }[] {
  const changes: { at: number; by: number }[] = []
  for (let day = FROM; day < UNTIL; day += 7 * DAY) {
    let [low, high] = [day, Math.min(day + 7 * DAY, UNTIL)]
    const before = offsetAt(zone, low)
    if (before === offsetAt(zone, high)) continue
    while (high - low > 1_000) {
      const middle = low + Math.floor((high - low) / 2_000) * 1_000
      if (offsetAt(zone, middle) === before) low = middle
      else high = middle
    }
    changes.push({ at: high, by: offsetAt(zone, high) - before })
  }
  return changes
}

/** Zones whose clocks show the same throughout 2026 to 2028 are one group. */
export type Group = { zone: string; zones: string[]; changes: { at: number; by: number }[] }
export function groups(): Group[] {
  const found = new Map<string, Group>()
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    const changes = changesOf(zone)
    const key = JSON.stringify([offsetAt(zone, FROM), changes])
    const group = found.get(key) ?? { zone, zones: [], changes }
    group.zones.push(zone)
    found.set(key, group)
  }
  return [...found.values()]
}
/** Short enough for everybody: the windows in which a schedule is compared, around each change or in the middle of nothing. */
export const windowsOf = ({ changes }: Group): number[] =>
  changes.length > 0 ? changes.map(({ at }) => at - 36 * 3_600_000) : [Date.UTC(2026, 1, 26)]
export const iso = (at: number) => new Date(at).toISOString()
