import { useCallback, useRef, useState } from 'react'
import uPlot from 'uplot'
import { useDark } from '@/theme'
import { ChartTip, colorOf, type Drawing, frameOf, type Tip, usePlot } from '@/ui/chart-kit'
import { useTimeZone } from '@/ui/time'
import { type Columns, heights, inSight, type Series } from './chart-columns'

export type RunChartProps = {
  /** What it is, for those who cannot see it. */
  label: string
  columns: Columns
  /** Bars stand on each other, the first at the bottom; of lines the first is the one that matters. */
  as: 'bars' | 'lines'
  series: readonly Series[]
  words: (value: number | null | undefined) => string
  limit?: number
  /** Counts: nothing between one and two. */
  whole?: boolean
  /** Where the axis ends, for what cannot be more. */
  top?: number
  height?: number
}

const bars = uPlot.paths.bars?.({ size: [0.82, 28], radius: 0.12 })
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 5e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10]
const quiet = { points: { show: false } }

/** Bars from the highest layer to the lowest, so that each covers what it does not add. */
const barsOf = (series: readonly Series[]): uPlot.Series[] =>
  series
    .map(({ colour }) => ({ ...quiet, fill: colorOf(colour), stroke: 'transparent', width: 0, paths: bars }))
    .reverse()

/** The one that matters is drawn last, over the others. Runs are rare beside buckets: a line goes on over those without any, and each value is a dot while there are few. */
const linesOf = (series: readonly Series[]): uPlot.Series[] =>
  series
    .map(({ colour, values }, i) => ({
      ...{ stroke: colorOf(colour), width: i === 0 ? 1.75 : 1.25, spanGaps: true },
      points: { show: values.filter((one) => one !== null).length < 60, size: i === 0 ? 5 : 4, fill: colorOf(colour) },
    }))
    .reverse()

/** A dashed line at what is allowed. */
function drawLimit(limit: number, colour: string) {
  return ({ ctx, bbox, valToPos }: uPlot) => {
    const y = Math.round(valToPos(limit, 'y', true))
    ctx.save()
    ctx.strokeStyle = colour
    ctx.lineWidth = devicePixelRatio
    ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio])
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
    ctx.restore()
  }
}

const Row = ({ name, value, colour }: { name: string; value: string; colour: string }) => (
  <div className="flex items-center gap-2 leading-5">
    <i className="h-2.5 w-1 rounded-full" style={{ background: `var(${colour})` }} />
    <span className="text-muted">{name}</span>
    <span className="ml-auto font-medium tabular-nums">{value}</span>
  </div>
)

export default function RunCanvas({
  label,
  columns,
  as,
  series,
  words,
  limit,
  whole,
  top,
  height = 140,
}: RunChartProps) {
  const holder = useRef<HTMLDivElement>(null)
  const [tip, setTip] = useState<Tip | null>(null)
  const dark = useDark()
  const zone = useTimeZone()

  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed theme changes the colours that are read.
  const make = useCallback(
    (home: HTMLElement): Drawing => {
      const frame = frameOf(home, height, zone, setTip)
      const stacked = as === 'bars'
      const values = (stacked ? heights(series) : series.map((one) => one.values)).reverse()
      const most = Math.max(0, ...values.flat().filter((one) => one !== null))
      const shown = inSight(limit, most) ? limit : undefined
      const end = top ?? (Math.max(most, shown ?? 0) * 1.1 || 1)
      const [x = {}, y = {}]: uPlot.Axis[] = frame.axes
      const options: uPlot.Options = {
        ...frame,
        axes: [
          x,
          { ...y, space: 36, ...(whole && { incrs: WHOLE }), values: (_plot, at) => at.map((value) => words(value)) },
        ],
        cursor: { y: false, points: { show: !stacked, size: 6 }, drag: { x: false, y: false } },
        scales: { x: { range: columns.span }, y: { range: [0, end] } },
        series: [{}, ...(stacked ? barsOf(series) : linesOf(series))],
        hooks: {
          ...frame.hooks,
          ...(shown !== undefined && { draw: [drawLimit(shown, colorOf('--degraded-solid'))] }),
        },
      }
      // Safe: an aligned table of numbers, as uPlot wants it; its type only asks for the first column by name.
      return { options, data: [columns.middles, ...values] as uPlot.AlignedData }
    },
    [columns, series, as, words, limit, whole, top, height, zone, dark],
  )
  usePlot(holder, height, make)

  const start = tip ? columns.starts[tip.i] : undefined
  return (
    <div className="relative">
      <div ref={holder} style={{ height }} role="img" aria-label={label} />
      {tip && start !== undefined && (
        <ChartTip tip={tip} at={start} zone={zone}>
          {series.every(({ values }) => values[tip.i] == null) ? (
            <div className="text-muted">No run</div>
          ) : (
            series.map(({ title, colour, values }) => (
              <Row key={title} name={title} colour={colour} value={words(values[tip.i])} />
            ))
          )}
        </ChartTip>
      )}
    </div>
  )
}
