import { useState } from 'react'
import type { Heartbeat, HeartbeatRun } from '@/types'
import { duration, ms, plural } from '@/ui/format'
import { statusSolid } from '@/ui/status'
import { dateTime, useNow, useTimeZone } from '@/ui/time'
import { barsOf } from './timeline'
import { runGlyph, runLabel } from './words'

const STEP = 10
const HEIGHT = 72

type Bar = ReturnType<typeof barsOf>[number]
function Run({ bar, i }: { bar: Bar; i: number }) {
  const [x, high] = [i * STEP + 1.5, Math.max(4, bar.share * HEIGHT)]
  const fill = bar.kind === 'running' ? 'var(--accent)' : statusSolid[bar.kind]
  return (
    <>
      {/* The whole height behind what went wrong: it has a shape as well as a colour. */}
      {bar.kind !== 'up' && <rect x={x} y={0} width={STEP - 3} height={HEIGHT} rx="1.5" fill={fill} opacity={0.16} />}
      <rect
        x={x}
        y={HEIGHT - high}
        width={STEP - 3}
        height={high}
        rx="1.5"
        fill={fill}
        opacity={bar.kind === 'up' ? 0.6 : 1}
      />
    </>
  )
}

/** The last runs as bars, oldest first, as high as they were long; the runs under way at the end. */
export function RunsTimeline({ runs, running }: { runs: readonly HeartbeatRun[]; running: Heartbeat['running'] }) {
  const now = useNow(1000)
  const zone = useTimeZone()
  const [tip, setTip] = useState<number | null>(null)
  const bars = barsOf(runs, running, now)
  const bad = runs.filter(({ status }) => status !== 'ok').length
  const odd = runs.filter(({ status, problems }) => status === 'ok' && problems.length > 0).length
  const words = [
    bad > 0 && `${bad} failed`,
    odd > 0 && `${odd} not as expected`,
    running.length > 0 && `${running.length} under way`,
  ].filter(Boolean)
  const bar = tip === null ? undefined : bars[tip]
  // A few runs are not stretched over the whole card.
  const width = Math.max(bars.length, 30) * STEP
  return (
    <div className="relative">
      <svg
        viewBox={`0 0 ${width} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="block w-full"
        style={{ height: HEIGHT }}
        role="img"
        aria-label={`The last ${plural(runs.length, 'run')}: ${words.join(', ') || 'all as expected'}`}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect()
          const i = Math.floor((((event.clientX - box.left) / box.width) * width) / STEP)
          setTip(i >= 0 && i < bars.length ? i : null)
        }}
        onPointerLeave={() => setTip(null)}
      >
        {bars.map((one, i) => (
          <Run key={one.key} bar={one} i={i} />
        ))}
      </svg>
      {bar && tip !== null && (
        <div
          className="pointer-events-none absolute bottom-full z-10 mb-1.5 max-w-72 -translate-x-1/2 rounded-md bg-raised px-2.5 py-2 text-xs whitespace-nowrap shadow-pop"
          style={{ left: `${Math.min(88, Math.max(12, (((tip + 0.5) * STEP) / width) * 100))}%` }}
        >
          <div className="font-medium">
            {bar.run ? runLabel[bar.run.status] : 'Under way'}
            {bar.run && runGlyph(bar.run.status, bar.run.problems.length) === 'degraded' && ', not as expected'}
          </div>
          <div className="text-muted tabular-nums">
            {dateTime(bar.at, zone, now, true)}
            {bar.ms !== null && `, ${bar.run ? ms(bar.ms) : duration(bar.ms / 1000)}`}
          </div>
        </div>
      )}
    </div>
  )
}
