import { useCallback, useMemo, useRef, useState } from 'react'
import type uPlot from 'uplot'
import { useDark } from '@/theme'
import { ChartTip, colorOf, type Drawing, frameOf, type Tip, TipRow, usePlot } from './chart-kit'
import { ms } from './format'
import { type PhasePoint, stacked } from './phase-data'
import { useTimeZone } from './time'

export type PhaseChartProps = {
  points: readonly PhasePoint[]
  bucket_s: number
  height?: number
  /** Names the colours, where nothing beside the chart does. */
  legend?: boolean
}

/** Each phase on top of the one before it: the upper edge is the whole time. */
export default function PhaseCanvas({ points, bucket_s, height = 180, legend }: PhaseChartProps) {
  const holder = useRef<HTMLDivElement>(null)
  const [tip, setTip] = useState<Tip | null>(null)
  const dark = useDark()
  const zone = useTimeZone()
  const { at, steps, tops, values } = useMemo(() => stacked(points, bucket_s), [points, bucket_s])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed theme changes the colours that are read.
  const make = useCallback(
    (home: HTMLElement): Drawing => {
      // The uppermost is drawn first; the last line is the floor that the lowest area stands on.
      const downwards = [...steps].reverse()
      const lines: uPlot.Series[] = downwards.map(({ colour }) => ({
        stroke: colorOf(colour),
        width: 1,
        points: { show: at.length < 3, size: 4 },
      }))
      const options: uPlot.Options = {
        ...frameOf(home, height, zone, setTip),
        cursor: { y: false, points: { show: false }, drag: { x: true, y: false } },
        scales: { y: { range: (_plot, _min, max) => [0, Math.max(10, (max ?? 100) * 1.08)] } },
        series: [{}, ...lines, { stroke: 'transparent', points: { show: false } }],
        bands: downwards.map(({ colour }, i) => ({
          series: [i + 1, i + 2],
          fill: colorOf(`color-mix(in oklab, ${colour} 38%, transparent)`),
        })),
      }
      const floor = at.map((_, i) => (tops[0]?.[i] == null ? null : 0))
      return { options, data: [at, ...[...tops].reverse(), floor] as uPlot.AlignedData }
    },
    [at, steps, tops, height, zone, dark],
  )
  usePlot(holder, height, make)

  const moment = tip ? at[tip.i] : undefined
  return (
    <div className="relative">
      <div
        ref={holder}
        style={{ height }}
        role="img"
        aria-label={`Phases of the response time, ${points.length} points: ${steps.map(({ title }) => title).join(', ')}.`}
      />
      {tip && moment !== undefined && (
        <ChartTip tip={tip} at={moment} zone={zone}>
          {tops[0]?.[tip.i] == null ? (
            <div className="font-medium">No response</div>
          ) : (
            <>
              {steps.map(({ key, title, colour }, i) => (
                <TipRow key={key} name={title} value={values[i]?.[tip.i]} colour={colour} />
              ))}
              <div className="mt-1 flex border-t border-line pt-1">
                <span className="text-muted">Together</span>
                <span className="ml-auto font-medium tabular-nums">{ms(tops.at(-1)?.[tip.i])}</span>
              </div>
            </>
          )}
        </ChartTip>
      )}
      {legend && (
        <ul className="mt-1 flex flex-wrap gap-x-5 gap-y-1 px-1 text-xs text-subtle">
          {steps.map(({ key, title, colour }) => (
            <li key={key} className="flex items-center gap-1.5">
              <i aria-hidden className="h-2.5 w-1 rounded-full" style={{ background: colour }} />
              {title}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
