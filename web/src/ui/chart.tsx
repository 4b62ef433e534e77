import { lazy, Suspense } from 'react'
import type { ChartProps } from './chart-canvas'
import { Skeleton } from './states'

const Canvas = lazy(() => import('./chart-canvas'))

/** Median line with p95 and p99 bands; incidents shaded. The drawing code is loaded when the first chart is shown. */
export const ResponseChart = (props: ChartProps) => (
  <Suspense
    fallback={
      <div style={{ height: props.height ?? 260 }} className="grid items-end">
        <Skeleton className="h-3/5 w-full" />
      </div>
    }
  >
    <Canvas {...props} />
  </Suspense>
)
