/** 75 → "1 min 15 s", 7260 → "2 h 1 min": the two largest units, as a person would say it. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const units: [string, number][] = [
    ['d', Math.floor(whole / 86_400)],
    ['h', Math.floor(whole / 3_600) % 24],
    ['min', Math.floor(whole / 60) % 60],
    ['s', whole % 60],
  ]
  const first = units.findIndex(([, count]) => count > 0)
  if (first < 0) return '0 s'
  return units
    .slice(first, first + 2)
    .filter(([, count]) => count > 0)
    .map(([unit, count]) => `${count} ${unit}`)
    .join(' ')
}

/** "2026-01-31 09:30:05 UTC" */
export const moment = (iso: string) => `${iso.slice(0, 19).replace('T', ' ')} UTC`
