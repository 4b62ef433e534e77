import { type ReactNode, type RefObject, useEffect } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { ms } from './format'

/** A canvas does not understand light-dark() tokens: the browser resolves them first. */
export function colorOf(colour: string): string {
  const probe = document.createElement('i')
  probe.style.color = colour.startsWith('--') ? `var(${colour})` : colour
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
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
  const seconds = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'medium' })
  return (splits: number[]) => {
    const span = (splits.at(-1) ?? 0) - (splits[0] ?? 0)
    // Closer than a minute to each other, the same minute would stand there again and again.
    if (splits.some((second) => second % 60 !== 0)) return splits.map((second) => seconds.format(second * 1000))
    return splits.map((second) => {
      const at = new Date(second * 1000)
      if (span > 12 * 86_400) return month.format(at)
      const time = clock.format(at)
      return time === '00:00' || span > 3 * 86_400 ? day.format(at) : time
    })
  }
}

/** Where the pointer is: how far from the left, at which point, and how wide the chart is. */
export type Tip = { x: number; i: number; width: number }

/** What all charts over time share: axes in the person's own zone, one font, the pointer's place. */
export function frameOf(home: HTMLElement, height: number, zone: string, onTip: (tip: Tip | null) => void) {
  const font = `11px ${getComputedStyle(document.documentElement).getPropertyValue('--font-ui')}`
  const axis = { stroke: colorOf('--fg-subtle'), font, ticks: { show: false }, gap: 6 }
  return {
    width: home.clientWidth,
    height,
    padding: [10, 0, 0, 0],
    legend: { show: false },
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
        grid: { stroke: colorOf('--chart-grid'), width: 1 },
        size: 54,
        space: 46,
        values: (_plot, at) => at.map((value) => ms(value)),
      },
    ],
    hooks: {
      setCursor: [
        ({ cursor, bbox }) =>
          onTip(
            cursor.idx == null || (cursor.left ?? -1) < 0
              ? null
              : { x: (cursor.left ?? 0) + bbox.left / devicePixelRatio, i: cursor.idx, width: home.clientWidth },
          ),
      ],
    },
  } satisfies Partial<uPlot.Options>
}

export type Drawing = { options: uPlot.Options; data: uPlot.AlignedData }
/** Draws what `make` describes into the holder, again whenever `make` changes, and follows the width of the page. */
export function usePlot(
  holder: RefObject<HTMLDivElement | null>,
  height: number,
  make: (home: HTMLElement) => Drawing,
) {
  useEffect(() => {
    const home = holder.current
    if (!home) return
    const { options, data } = make(home)
    const plot = new uPlot(options, data, home)
    // The first drawing may have used a fallback font.
    void document.fonts.load(options.axes?.[0]?.font ?? '').then(() => plot.redraw(false, true))
    const resize = new ResizeObserver(() => plot.setSize({ width: home.clientWidth, height }))
    resize.observe(home)
    return () => {
      resize.disconnect()
      plot.destroy()
    }
  }, [holder, height, make])
}

/** The moment and the values at the pointer. */
export function ChartTip({ tip, at, zone, children }: { tip: Tip; at: number; zone: string; children: ReactNode }) {
  const when = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(at * 1000)
  return (
    <div
      className="pointer-events-none absolute top-2 z-10 w-44 rounded-md bg-raised p-2.5 text-xs shadow-pop"
      style={{ left: tip.x > tip.width - 200 ? tip.x - 188 : tip.x + 12 }}
    >
      <div className="mb-1.5 text-subtle">{when}</div>
      {children}
    </div>
  )
}
export const TipRow = ({
  name,
  value,
  colour,
  opacity = 1,
}: {
  name: string
  value: number | null | undefined
  colour: string
  opacity?: number
}) => (
  <div className="flex items-center gap-2 leading-5">
    <i className="h-2.5 w-1 rounded-full" style={{ background: colour, opacity }} />
    <span className="text-muted">{name}</span>
    <span className="ml-auto font-medium tabular-nums">{ms(value)}</span>
  </div>
)
