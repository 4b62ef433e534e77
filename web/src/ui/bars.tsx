import { useState } from 'react'
import { duration, percent, plural } from './format'
import { statusSolid } from './status'

type SparkProps = { values: readonly (number | null)[]; width?: number; height?: number; hot?: boolean }
/** A line of recent values; gaps at its end are drawn as a red foot, because nothing answered. */
export function Spark({ values, width = 88, height = 22, hot }: SparkProps) {
  const known = values.filter((value): value is number => value != null)
  if (known.length < 2) return <span aria-hidden className="block" style={{ width, height }} />
  const top = Math.max(...known)
  const bottom = Math.min(...known) * 0.6
  const scale = (height - 4) / (top - bottom || 1)
  const x = (i: number) => Number((1 + (i * (width - 2)) / Math.max(1, values.length - 1)).toFixed(1))
  const y = (value: number) => (height - 2 - (value - bottom) * scale).toFixed(1)
  let line = ''
  let first = -1
  let last = 0
  values.forEach((value, i) => {
    if (value == null) return
    line += `${first < 0 ? 'M' : 'L'}${x(i)} ${y(value)}`
    if (first < 0) first = i
    last = i
  })
  const cut = hot && last < values.length - 1
  const red = hot && !cut
  return (
    <svg width={width} height={height} aria-hidden className="block overflow-visible">
      <path
        d={`${line}L${x(last)} ${height}L${x(first)} ${height}Z`}
        fill={red ? 'var(--down-solid)' : 'var(--fg-muted)'}
        opacity=".09"
      />
      <path
        d={line}
        fill="none"
        stroke={red ? 'var(--down-solid)' : 'var(--fg-subtle)'}
        strokeWidth="1.25"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
      {cut && (
        <path
          d={`M${x(last) + 3} ${height - 1}H${width - 1}`}
          stroke="var(--down-solid)"
          strokeWidth="2"
          strokeLinecap="round"
        />
      )}
    </svg>
  )
}

const HOUR: Record<string, { color: string; share: number; word: string }> = {
  u: { color: 'var(--up-solid)', share: 1, word: 'up' },
  d: { color: 'var(--degraded-solid)', share: 0.55, word: 'degraded' },
  x: { color: 'var(--down-solid)', share: 1, word: 'with downtime' },
  m: { color: 'var(--maint-solid)', share: 1, word: 'in maintenance' },
  n: { color: 'var(--idle-solid)', share: 0.3, word: 'without data' },
  p: { color: 'var(--idle-solid)', share: 0.3, word: 'paused' },
}
/** 24 hours from a string of letters (u d x m n p): one path per status instead of 24 nodes per row. */
export function Bars24({ hours, width = 118, height = 20 }: { hours: string; width?: number; height?: number }) {
  const step = width / Math.max(1, hours.length)
  const bar = Number((step - 1.6).toFixed(2))
  const paths: Record<string, string> = {}
  let ghost = ''
  ;[...hours].forEach((letter, i) => {
    const share = HOUR[letter]?.share ?? 0.3
    const left = (i * step).toFixed(1)
    const top = height * (share < 0.5 ? 0.35 : 1 - share)
    paths[letter] = `${paths[letter] ?? ''}M${left} ${top.toFixed(1)}h${bar}v${(height * share).toFixed(1)}h-${bar}z`
    if (letter === 'd') ghost += `M${left} 0h${bar}v${height}h-${bar}z`
  })
  const said = ['x', 'd', 'm', 'p', 'n'].flatMap((letter) => {
    const n = [...hours].filter((one) => one === letter).length
    return n ? [`${plural(n, 'hour')} ${HOUR[letter]?.word}`] : []
  })
  return (
    <svg width={width} height={height} role="img" aria-label={`Last 24 hours: ${said.join(', ') || 'up all the time'}`}>
      {ghost && <path d={ghost} fill="var(--degraded-solid)" opacity=".25" />}
      {Object.entries(paths).map(([letter, d]) => (
        <path key={letter} d={d} fill={HOUR[letter]?.color ?? 'var(--idle-solid)'} opacity={letter === 'u' ? 0.5 : 1} />
      ))}
    </svg>
  )
}

export type BarDay = {
  date: string
  status: 'up' | 'degraded' | 'down' | 'maintenance' | 'none'
  down_s: number
  uptime?: number | null
}
/** The bad share rises from the bottom (at least a third, so that it is seen): downtime has a shape as well as a colour. */
const shareOf = (day: BarDay) =>
  day.status === 'down'
    ? Math.min(1, 0.42 + day.down_s / 9600)
    : day.status === 'degraded'
      ? 0.34
      : day.status === 'maintenance'
        ? 0.5
        : 0

function Bar({ day, i, height }: { day: BarDay; i: number; height: number }) {
  const x = i * 10 + 1.5
  if (day.status === 'none')
    return <rect x={x} y={height * 0.35} width={7} height={height * 0.3} rx="1.5" fill={statusSolid.none} />
  const share = shareOf(day)
  return (
    <>
      {share < 1 && (
        <rect
          x={x}
          y={0}
          width={7}
          height={height * (1 - share)}
          rx="1.5"
          fill={statusSolid.up}
          opacity={share ? 0.3 : 0.75}
        />
      )}
      {share > 0 && (
        <rect
          x={x}
          y={height * (1 - share)}
          width={7}
          height={height * share}
          rx="1.5"
          fill={statusSolid[day.status]}
        />
      )}
    </>
  )
}

const dayName = (date: string) =>
  new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(date))
const dayWords = (day: BarDay) =>
  day.status === 'none'
    ? 'No data'
    : day.down_s > 0
      ? `${duration(day.down_s)} down${day.uptime == null ? '' : `, ${percent(day.uptime)}`}`
      : day.status === 'degraded'
        ? 'Degraded, no downtime'
        : day.status === 'maintenance'
          ? 'Maintenance'
          : 'No downtime'

/** One bar a day, oldest first, with the first and last day named below and the facts of a day on hover. */
export function DayBars({
  days,
  height = 40,
  className,
}: {
  days: readonly BarDay[]
  height?: number
  className?: string
}) {
  const [tip, setTip] = useState<number | null>(null)
  const shown = tip === null ? undefined : days[tip]
  const bad = days.filter((day) => day.status === 'down')
  const seconds = days.reduce((sum, day) => sum + day.down_s, 0)
  const at = tip === null ? 0.5 : (tip + 0.5) / days.length
  return (
    <div className={className}>
      <div className="relative">
        <svg
          viewBox={`0 0 ${days.length * 10} ${height}`}
          preserveAspectRatio="none"
          className="block w-full"
          style={{ height }}
          role="img"
          aria-label={`${plural(days.length, 'day')}: ${bad.length ? `${plural(bad.length, 'day')} with downtime, ${duration(seconds)} in total` : 'no downtime'}`}
          onPointerMove={(event) => {
            const box = event.currentTarget.getBoundingClientRect()
            const i = Math.floor(((event.clientX - box.left) / box.width) * days.length)
            setTip(Math.min(days.length - 1, Math.max(0, i)))
          }}
          onPointerLeave={() => setTip(null)}
        >
          {days.map((day, i) => (
            <Bar key={day.date} day={day} i={i} height={height} />
          ))}
        </svg>
        {shown && (
          <div
            className="pointer-events-none absolute bottom-full z-10 mb-1.5 -translate-x-1/2 rounded-md bg-raised px-2.5 py-2 text-xs whitespace-nowrap shadow-pop"
            style={{ left: `${Math.min(92, Math.max(8, at * 100))}%` }}
          >
            <div className="font-medium">{dayName(shown.date)}</div>
            <div className="text-muted tabular-nums">{dayWords(shown)}</div>
          </div>
        )}
      </div>
      {days.length > 0 && (
        <div className="mt-2 flex justify-between text-xs text-subtle">
          <span>{dayName(days[0]?.date ?? '')}</span>
          <span>Today</span>
        </div>
      )}
    </div>
  )
}
