import type { ComponentView } from './schema'

type Day = ComponentView['days'][number]

const esc = (text: string) => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)

export { esc as escaped }

export const letters = { up: 'u', degraded: 'd', down: 'x', maintenance: 'm', none: 'n' } as const
const words = {
  up: 'Operational',
  degraded: 'Degraded',
  down: 'Outage',
  maintenance: 'Maintenance',
  none: 'No data',
} as const

const wall = Array.from({ length: 90 }, (_, i) => `M${i * 10 + 1.5} 0h7v34h-7z`).join('')
/** The 90 bars of a good day and of no data, drawn once for all components. */
export const walls = (['u', 'n'] as const)
  .map(
    (of) =>
      `<symbol id="w${of}" viewBox="0 0 900 34" preserveAspectRatio="none"><path class="${of}" d="${wall}"/></symbol>`,
  )
  .join('')

export function duration(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60))
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`
  return hours === 0 ? `${rest} min` : rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
}

/** Rounded down: 100 % means not one second. */
export const percent = (share: number) => (share === 1 ? '100%' : `${(Math.floor(share * 10_000) / 100).toFixed(2)}%`)

const shortDate = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })
/** `2026-11-19` → `19 Nov`; a calendar date has no time zone. */
export const dateText = (date: string) => shortDate.format(Date.parse(`${date}T00:00:00Z`))

const sayDay = ({ status, down_s }: Day) => `${words[status]}${down_s > 0 ? `, ${duration(down_s)}` : ''}`

/** How much of the bar is coloured: longer outages are taller, and shape tells states apart without colour. */
const heightOf = ({ status, down_s }: Day) =>
  Math.round(34 * (status === 'down' ? Math.min(1, 0.42 + down_s / 9600) : status === 'degraded' ? 0.34 : 0.5))

function oddBar(day: Day, i: number): string {
  const [x, height] = [i * 10, heightOf(day)]
  const bar = (of: string, y: number, h: number) =>
    `<rect class="${of}" x="${x + 1.5}" y="${y}" width="7" height="${h}" rx="1.5"/>`
  const title = `<title>${dateText(day.date)}: ${sayDay(day).toLowerCase()}</title>`
  return `<g>${title}<path class="k" d="M${x} 0h10v34h-10z"/>${bar('f', 0, 34 - height)}${bar(letters[day.status], 34 - height, height)}</g>`
}

/** A run of days without data, cut out of the wall of empty bars. */
function emptyRun(from: number, count: number): string {
  const [x, width] = [from * 10, count * 10]
  const box = `x="${x}" width="${width}" height="34" viewBox="${x} 0 ${width} 34"`
  return `<path class="k" d="M${x} 0h${width}v34h-${width}z"/><svg ${box}><title>No data</title><use href="#wn" width="900" height="34"/></svg>`
}

function exceptions(days: Day[]): string {
  let out = ''
  for (let i = 0; i < days.length; i++) {
    const day = days[i]
    if (!day || day.status === 'up') continue
    if (day.status !== 'none') {
      out += oddBar(day, i)
      continue
    }
    let end = i
    while (days[end + 1]?.status === 'none') end++
    out += emptyRun(i, end - i + 1)
    i = end
  }
  return out
}

/** 90 days as bars, and the same facts as text for touch and screen readers. */
export function bars({ days, uptime_90d }: ComponentView): string {
  if (days.length === 0) return ''
  const uptime = uptime_90d === null ? 'No data yet' : `${percent(uptime_90d)} uptime`
  const outages = days.filter(({ status }) => status === 'down').length
  const label = `Last 90 days: ${uptime}, ${outages === 0 ? 'no outages' : `${outages} day${outages > 1 ? 's' : ''} with an outage`}`
  const odd = days.filter(({ status }) => status !== 'up' && status !== 'none').reverse()
  const line = (day: Day) => `<li><time datetime="${day.date}">${dateText(day.date)}</time> ${sayDay(day)}</li>`
  const list =
    odd.length === 0
      ? ''
      : `<details class="h"><summary>${odd.length} day${odd.length > 1 ? 's' : ''} with problems</summary><ul>${odd.map(line).join('')}</ul></details>`
  return `<div class="b"><svg viewBox="0 0 900 34" preserveAspectRatio="none" role="img" aria-label="${label}"><use href="#wu"/>${exceptions(days)}</svg></div><div class="l"><span class="w">90 days ago</span><span class="s">45 days ago</span><span>${uptime}</span><span>Today</span></div>${list}`
}
