import { lazy, type ReactNode, Suspense } from 'react'
import { Skeleton } from '@/ui/states'
import { isEmpty } from './chart-columns'
import type { RunChartProps } from './run-canvas'

const Canvas = lazy(() => import('./run-canvas'))

type Props = Omit<RunChartProps, 'label'> & {
  title: string
  /** The number of the whole range, or two of them. */
  total: ReactNode
  /** What the limit is called, with its value. */
  limitWords?: string
  /** What stands there when nothing was reported. */
  none: string
  className?: string
}

/** A small chart with its name, its number and its colours; the drawing code is loaded with the first one. */
export function RunChart({ title, total, limitWords, none, className, ...chart }: Props) {
  const { series, words, height = 140 } = chart
  const last = series[0]?.values.findLast((one) => one !== null)
  const empty = isEmpty(series)
  return (
    <div className={className}>
      <div className="flex flex-wrap items-baseline gap-x-3 px-1">
        <h3 className="text-sm font-medium">{title}</h3>
        {!empty && <span className="text-sm tabular-nums text-muted">{total}</span>}
        {!empty && series.length > 1 && (
          <ul className="ml-auto flex flex-wrap gap-x-3 text-xs text-subtle">
            {series.map((one) => (
              <li key={one.title} className="flex items-center gap-1.5">
                <i aria-hidden className="h-2.5 w-1 rounded-full" style={{ background: `var(${one.colour})` }} />
                {one.title}
              </li>
            ))}
          </ul>
        )}
      </div>
      {empty ? (
        <p
          className="grid place-items-center rounded-sm bg-sunken px-4 text-center text-xs text-subtle mt-2"
          style={{ height: height - 8 }}
        >
          {none}
        </p>
      ) : (
        <Suspense
          fallback={
            <div style={{ height }} className="grid items-end">
              <Skeleton className="h-3/5 w-full" />
            </div>
          }
        >
          <Canvas
            {...chart}
            label={`${title}: ${series.map((one) => one.title).join(', ')} over time.${last == null ? '' : ` Last: ${words(last)}.`}`}
          />
        </Suspense>
      )}
      {!empty && limitWords && <p className="px-1 text-xs text-subtle">{limitWords}</p>}
    </div>
  )
}
