import { useCallback, useMemo, useRef, useState } from 'react'
import type uPlot from 'uplot'
import { useDark } from '@/theme'
import { type ChartPoint, type ChartShade, ceilingOf, columnsOf } from './chart-data'
import { ChartTip, colorOf, type Drawing, frameOf, type Tip, TipRow, usePlot } from './chart-kit'
import { ms } from './format'
import { useTimeZone } from './time'

export type ChartProps = {
  points: readonly ChartPoint[]
  bucket_s: number
  shades?: readonly ChartShade[]
  height?: number
  /** The moment the data ends; open shades reach up to it. */
  until?: string
}

const palette = () => ({
  line: colorOf('--chart-1'),
  inner: colorOf('--chart-band-1'),
  outer: colorOf('--chart-band-2'),
  surface: colorOf('--surface'),
  down: colorOf('--down-solid'),
  degraded: colorOf('--degraded-solid'),
  maintenance: colorOf('--maint-solid'),
})
type Palette = ReturnType<typeof palette>

function shadeWith(shades: readonly ChartShade[], end: number, colors: Palette) {
  return (plot: uPlot) => {
    const { ctx, bbox } = plot
    const thin = 3 * devicePixelRatio
    ctx.save()
    ctx.beginPath()
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
    ctx.clip()
    for (const shade of shades) {
      const from = plot.valToPos(Date.parse(shade.from) / 1000, 'x', true)
      const to = plot.valToPos(shade.until ? Date.parse(shade.until) / 1000 : end, 'x', true)
      const width = Math.max(to - from, 4 * devicePixelRatio)
      ctx.fillStyle = colors[shade.kind]
      ctx.globalAlpha = 0.13
      ctx.fillRect(from, bbox.top, width, bbox.height)
      ctx.globalAlpha = 1
      ctx.fillRect(from, bbox.top + bbox.height - thin, width, thin)
    }
    ctx.restore()
  }
}

export default function ChartCanvas({ points, bucket_s, shades = [], height = 260, until }: ChartProps) {
  const holder = useRef<HTMLDivElement>(null)
  const [tip, setTip] = useState<Tip | null>(null)
  const [all, setAll] = useState(false)
  const dark = useDark()
  const zone = useTimeZone()
  const data = useMemo(() => columnsOf(points, bucket_s), [points, bucket_s])
  const cut = useMemo(() => ceilingOf(points), [points])
  const ceiling = all ? undefined : cut

  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed theme changes the colours that palette() reads.
  const make = useCallback(
    (home: HTMLElement): Drawing => {
      const colors = palette()
      const end = until ? Date.parse(until) / 1000 : (data.at.at(-1) ?? 0)
      const hidden = { stroke: 'transparent', points: { show: false } }
      const frame = frameOf(home, height, zone, setTip)
      const options: uPlot.Options = {
        ...frame,
        cursor: {
          y: false,
          points: { size: 7, fill: colors.line, stroke: colors.surface, width: 2 },
          drag: { x: true, y: false },
        },
        scales: { y: { range: (_plot, _min, max) => [0, ceiling ?? Math.max(10, (max ?? 100) * 1.08)] } },
        series: [
          {},
          hidden,
          hidden,
          { stroke: colors.line, width: 1.5, points: { show: data.at.length < 40, size: 4, fill: colors.line } },
        ],
        bands: [
          { series: [1, 2], fill: colors.outer },
          { series: [2, 3], fill: colors.inner },
        ],
        hooks: { ...frame.hooks, drawClear: [shadeWith(shades, end, colors)] },
      }
      return { options, data: [data.at, data.p99, data.p95, data.p50] }
    },
    [data, shades, height, until, zone, dark, ceiling],
  )
  usePlot(holder, height, make)

  const latest = points.findLast((point) => point.p50_ms != null)
  const at = tip ? data.at[tip.i] : undefined
  return (
    <div className="relative">
      <div
        ref={holder}
        style={{ height }}
        role="img"
        aria-label={`Response time, ${points.length} points.${latest ? ` Latest median ${ms(latest.p50_ms)}, p95 ${ms(latest.p95_ms)}.` : ''}`}
      />
      {tip && at !== undefined && (
        <ChartTip tip={tip} at={at} zone={zone}>
          {data.p50[tip.i] == null ? (
            <div className="font-medium">No response</div>
          ) : (
            <>
              <TipRow name="Median" value={data.p50[tip.i]} colour="var(--accent)" />
              <TipRow name="p95" value={data.p95[tip.i]} colour="var(--accent)" opacity={0.45} />
              <TipRow name="p99" value={data.p99[tip.i]} colour="var(--accent)" opacity={0.2} />
            </>
          )}
        </ChartTip>
      )}
      <p className="mt-1 flex flex-wrap gap-x-4 px-1 text-xs text-subtle">
        {shades.length > 0 && <span>Shaded areas are incidents.</span>}
        <span className="coarse:hidden">Drag to zoom, double-click to zoom out.</span>
        {cut !== undefined && (
          <button
            type="button"
            className="underline decoration-line-strong underline-offset-3 hover:text-fg"
            onClick={() => setAll(!all)}
          >
            {all ? 'Clip peaks' : `Peaks above ${ms(cut)} are clipped, show all`}
          </button>
        )}
      </p>
    </div>
  )
}
