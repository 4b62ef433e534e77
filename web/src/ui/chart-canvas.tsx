import { useEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useDark } from '@/theme'
import { type ChartPoint, type ChartShade, ceilingOf, columnsOf } from './chart-data'
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

/** A canvas does not understand light-dark() tokens: the browser resolves them first. */
function colorOf(token: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(${token})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
const palette = () => ({
  line: colorOf('--chart-1'),
  inner: colorOf('--chart-band-1'),
  outer: colorOf('--chart-band-2'),
  grid: colorOf('--chart-grid'),
  text: colorOf('--fg-subtle'),
  surface: colorOf('--surface'),
  down: colorOf('--down-solid'),
  degraded: colorOf('--degraded-solid'),
  maintenance: colorOf('--maint-solid'),
})
type Palette = ReturnType<typeof palette>

/** A week or more needs days on the axis, a day only hours. */
function axisWords(zone: string) {
  const day = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', day: 'numeric' })
  const month = new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: 'numeric', month: 'short' })
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return (splits: number[]) => {
    const span = (splits.at(-1) ?? 0) - (splits[0] ?? 0)
    return splits.map((second) => {
      const at = new Date(second * 1000)
      if (span > 12 * 86_400) return month.format(at)
      const time = clock.format(at)
      return time === '00:00' || span > 3 * 86_400 ? day.format(at) : time
    })
  }
}

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

type Tip = { x: number; i: number; width: number }

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
  useEffect(() => {
    const home = holder.current
    if (!home) return
    const colors = palette()
    const font = `11px ${getComputedStyle(document.documentElement).getPropertyValue('--font-ui')}`
    const end = until ? Date.parse(until) / 1000 : (data.at.at(-1) ?? 0)
    const hidden = { stroke: 'transparent', points: { show: false } }
    const axis = { stroke: colors.text, font, ticks: { show: false }, gap: 6 }
    const plot = new uPlot(
      {
        width: home.clientWidth,
        height,
        padding: [10, 0, 0, 0],
        legend: { show: false },
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
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 26,
            space: home.clientWidth < 520 ? 80 : 110,
            values: (_plot, at) => axisWords(zone)(at),
          },
          {
            ...axis,
            grid: { stroke: colors.grid, width: 1 },
            size: 54,
            space: 46,
            values: (_plot, at) => at.map((value) => ms(value)),
          },
        ],
        hooks: {
          drawClear: [shadeWith(shades, end, colors)],
          setCursor: [
            ({ cursor, bbox }) =>
              setTip(
                cursor.idx == null || (cursor.left ?? -1) < 0
                  ? null
                  : { x: (cursor.left ?? 0) + bbox.left / devicePixelRatio, i: cursor.idx, width: home.clientWidth },
              ),
          ],
        },
      },
      [data.at, data.p99, data.p95, data.p50],
      home,
    )
    // The first drawing may have used a fallback font.
    void document.fonts.load(font).then(() => plot.redraw(false, true))
    const resize = new ResizeObserver(() => plot.setSize({ width: home.clientWidth, height }))
    resize.observe(home)
    return () => {
      resize.disconnect()
      plot.destroy()
    }
  }, [data, shades, height, until, zone, dark, ceiling])

  const latest = points.findLast((point) => point.p50_ms != null)
  return (
    <div className="relative">
      <div
        ref={holder}
        style={{ height }}
        role="img"
        aria-label={`Response time, ${points.length} points.${latest ? ` Latest median ${ms(latest.p50_ms)}, p95 ${ms(latest.p95_ms)}.` : ''}`}
      />
      {tip && <ChartTip tip={tip} data={data} zone={zone} />}
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

function ChartTip({ tip, data, zone }: { tip: Tip; data: ReturnType<typeof columnsOf>; zone: string }) {
  const at = data.at[tip.i]
  if (at === undefined) return null
  const when = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(at * 1000)
  const rows = [
    ['Median', data.p50[tip.i], 1],
    ['p95', data.p95[tip.i], 0.45],
    ['p99', data.p99[tip.i], 0.2],
  ] as const
  return (
    <div
      className="pointer-events-none absolute top-2 z-10 w-44 rounded-md bg-raised p-2.5 text-xs shadow-pop"
      style={{ left: tip.x > tip.width - 200 ? tip.x - 188 : tip.x + 12 }}
    >
      <div className="mb-1.5 text-subtle">{when}</div>
      {data.p50[tip.i] == null ? (
        <div className="font-medium">No response</div>
      ) : (
        rows.map(([name, value, opacity]) => (
          <div key={name} className="flex items-center gap-2 leading-5">
            <i className="h-2.5 w-1 rounded-full bg-accent" style={{ opacity }} />
            <span className="text-muted">{name}</span>
            <span className="ml-auto font-medium tabular-nums">{ms(value)}</span>
          </div>
        ))
      )}
    </div>
  )
}
