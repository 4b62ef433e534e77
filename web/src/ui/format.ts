/** `182 ms`, `1.15 s`, `12 s`; a dash without a value. */
export function ms(value: number | null | undefined): string {
  if (value == null) return '–'
  if (value < 1000) return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} ms`
  const seconds = value / 1000
  return `${seconds < 10 ? Number(seconds.toFixed(2)) : Number(seconds.toFixed(1))} s`
}

/** A share 0..1 as `99.98%`; never rounds an outage up to 100%. A dash without data. */
export function percent(share: number | null | undefined): string {
  if (share == null) return '–'
  const value = share * 100
  if (value >= 100) return '100%'
  const digits = value > 99.99 ? 3 : 2
  // Cut, not rounded: 99.9999 must not read as 100.
  return `${(Math.floor(value * 10 ** digits) / 10 ** digits).toFixed(digits)}%`
}

export const count = (value: number): string => value.toLocaleString('en')
/** `plural(2, 'monitor')` → `2 monitors`. */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`

/** The two largest units: `48s`, `6m 12s`, `1h 04m`, `3d 2h`. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds))
  if (s < 60) return `${s}s`
  if (s < 3600) return s % 60 ? `${Math.floor(s / 60)}m ${s % 60}s` : `${s / 60}m`
  if (s < 86_400) {
    const minutes = Math.floor((s % 3600) / 60)
    return minutes ? `${Math.floor(s / 3600)}h ${String(minutes).padStart(2, '0')}m` : `${Math.floor(s / 3600)}h`
  }
  const hours = Math.floor((s % 86_400) / 3600)
  return hours && s < 864_000 ? `${Math.floor(s / 86_400)}d ${hours}h` : `${Math.floor(s / 86_400)}d`
}

/** Only the largest unit, for narrow columns: `41s`, `6m`, `3d`. */
export function shortDuration(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds))
  if (s < 60) return `${s}s`
  if (s < 3600) return `${Math.floor(s / 60)}m`
  if (s < 86_400) return `${Math.floor(s / 3600)}h`
  return `${Math.floor(s / 86_400)}d`
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const
/** In words, exact: `30 seconds`, `1 hour`, `1 hour 30 minutes`. */
export function inWords(seconds: number): string {
  let rest = Math.round(seconds)
  const parts: string[] = []
  for (const [unit, size] of UNITS) {
    const n = Math.floor(rest / size)
    rest -= n * size
    if (n) parts.push(plural(n, unit))
  }
  return parts.join(' ') || '0 seconds'
}

/** First letter up, full stop at the end: the server's field sentences start in lower case. */
export function sentence(text: string): string {
  const trimmed = text.trim()
  const upper = trimmed.charAt(0).toUpperCase() + trimmed.slice(1)
  return /[.?…]$/.test(upper) ? upper : `${upper}.`
}

/** `not_equals` → `Not equals`. */
export const words = (name: string): string => {
  const text = name.replace(/_/g, ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
