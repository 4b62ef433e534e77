import { lazy, Suspense } from 'react'
import type { ChartProps } from './chart-canvas'
import type { PhaseChartProps } from './phase-canvas'
import { Skeleton } from './states'

const Canvas = lazy(() => import('./chart-canvas'))
const Phases = lazy(() => import('./phase-canvas'))

const Waiting = ({ height }: { height: number }) => (
  <div style={{ height }} className="grid items-end">
    <Skeleton className="h-3/5 w-full" />
  </div>
)

/** Median line with p95 and p99 bands; incidents shaded. The drawing code is loaded when the first chart is shown. */
export const ResponseChart = (props: ChartProps) => (
  <Suspense fallback={<Waiting height={props.height ?? 260} />}>
    <Canvas {...props} />
  </Suspense>
)

/** Where the time went, phase upon phase. */
export const PhaseChart = (props: PhaseChartProps) => (
  <Suspense fallback={<Waiting height={props.height ?? 180} />}>
    <Phases {...props} />
  </Suspense>
)
