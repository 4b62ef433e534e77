import { useCallback, useRef, useState } from 'react'
import type uPlot from 'uplot'
import { useDark } from '@/theme'
import { ChartTip, colorOf, type Drawing, frameOf, type Tip, usePlot } from '@/ui/chart-kit'
import { useTimeZone } from '@/ui/time'

type Point = { at: number; value: number; bad: boolean }
type Props = {
  name: string
  points: readonly Point[]
  say: (value: number) => string
  axis: (value: number) => string
  /** Drawn as lines when they are in sight. */
  min?: number
  max?: number
  height?: number
}

const dashed = (plot: uPlot, bounds: readonly number[], colour: string) => {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.strokeStyle = colour
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio])
  for (const bound of bounds) {
    const y = Math.round(plot.valToPos(bound, 'y', true))
    if (y < bbox.top || y > bbox.top + bbox.height) continue
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
  }
  ctx.restore()
}

/** One number of every run over time; runs that went wrong are marked. */
export default function LineCanvas({ name, points, say, axis, min, max, height = 220 }: Props) {
  const holder = useRef<HTMLDivElement>(null)
  const [tip, setTip] = useState<Tip | null>(null)
  const dark = useDark()
  const zone = useTimeZone()

  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed theme changes the colours that colorOf() reads.
  const make = useCallback(
    (home: HTMLElement): Drawing => {
      const [line, bad, surface] = ['--chart-1', '--down-solid', '--surface'].map(colorOf)
      const frame = frameOf(home, height, zone, setTip)
      const [time, values] = frame.axes
      const bounds = [min, max].filter((bound) => bound !== undefined)
      const few = points.length < 60
      const options: uPlot.Options = {
        ...frame,
        // Room for the last point, which may be a big one.
        padding: [10, 8, 0, 0],
        axes: [{ ...time }, { ...values, values: (_plot, at) => at.map(axis) }],
        cursor: { y: false, points: { size: 7, fill: line, stroke: surface, width: 2 }, drag: { x: true, y: false } },
        scales: {
          y: {
            range: (_plot, low, high) => {
              const least = Math.min(0, low ?? 0, min ?? 0)
              const most = Math.max(high ?? 1, Number.EPSILON)
              // A bound far above everything would flatten the line: it is drawn when it is near.
              return [least, most * 1.12 + (max !== undefined && max < most * 2 ? Math.max(0, max - most) * 1.12 : 0)]
            },
          },
        },
        series: [
          {},
          { stroke: line, width: 1.5, points: { show: few, size: 4, fill: line } },
          { stroke: 'transparent', points: { show: true, size: 7, fill: bad, stroke: surface } },
        ],
        hooks: { ...frame.hooks, draw: [(plot) => dashed(plot, bounds, bad ?? '')] },
      }
      const data: uPlot.AlignedData = [
        points.map(({ at }) => at),
        points.map(({ value }) => value),
        points.map((point) => (point.bad ? point.value : null)),
      ]
      return { options, data }
    },
    [points, height, zone, dark, axis, min, max],
  )
  usePlot(holder, height, make)

  const at = tip ? points[tip.i] : undefined
  const last = points.at(-1)
  return (
    <div className="relative">
      <div
        ref={holder}
        style={{ height }}
        role="img"
        aria-label={`${name}, ${points.length} runs.${last ? ` The last: ${say(last.value)}.` : ''}`}
      />
      {tip && at && (
        <ChartTip tip={tip} at={at.at} zone={zone}>
          <div className="flex items-center gap-2">
            <span className="min-w-0 truncate text-muted">{at.bad ? 'Not as expected' : name}</span>
            <span className="ml-auto font-medium tabular-nums">{say(at.value)}</span>
          </div>
        </ChartTip>
      )}
      {(min !== undefined || max !== undefined) && (
        <p className="mt-1 px-1 text-xs text-subtle">
          {[min !== undefined && `At least ${say(min)}`, max !== undefined && `at most ${say(max)}`]
            .filter(Boolean)
            .join(', ')}
          : dashed when it is near. Red points are runs that went wrong.
        </p>
      )}
    </div>
  )
}
