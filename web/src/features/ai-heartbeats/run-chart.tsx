import { lazy, type ReactNode, Suspense } from 'react'
import { Skeleton } from '@/ui/states'
import type { RunChartProps } from './run-canvas'

const Canvas = lazy(() => import('./run-canvas'))

type Props = Omit<RunChartProps, 'label'> & {
  title: string
  /** The number of the whole range, or two of them. */
  total: ReactNode
  /** What the limit is called, with its value. */
  limitWords?: string
  className?: string
}

/** A small chart with its name, its number and its colours; the drawing code is loaded with the first one. */
export function RunChart({ title, total, limitWords, className, ...chart }: Props) {
  const { series, words, height = 140 } = chart
  const last = series[0]?.values.findLast((one) => one !== null)
  return (
    <div className={className}>
      <div className="flex flex-wrap items-baseline gap-x-3 px-1">
        <h3 className="text-sm font-medium">{title}</h3>
        <span className="text-sm text-muted tabular-nums">{total}</span>
        {series.length > 1 && (
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
      {limitWords && <p className="px-1 text-xs text-subtle">{limitWords}</p>}
    </div>
  )
}
