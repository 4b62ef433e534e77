import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo, useState } from 'react'
import type { Heartbeat, HeartbeatRun } from '@/types'
import { Card, CardHead } from '@/ui/card'
import { Segmented } from '@/ui/choice'
import { count, ms } from '@/ui/format'
import { Select } from '@/ui/select'
import { Skeleton } from '@/ui/states'
import { runsQuery } from './queries'

const Canvas = lazy(() => import('./line-canvas'))
const RUNS = 100
const TOOK = '*'

/** What can be drawn: how long runs took, and every number that one of them had. */
function seriesOf(runs: readonly HeartbeatRun[]) {
  const names = [...new Set(runs.flatMap(({ numbers }) => Object.keys(numbers)))].sort()
  const timed = runs.some(({ duration_ms }) => duration_ms !== null)
  return [...(timed ? [{ value: TOOK, label: 'Took' }] : []), ...names.map((value) => ({ value, label: value }))]
}

const format = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const compact = (value: number) => format.format(value)

function Totals({ values, say }: { values: readonly number[]; say: (value: number) => string }) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)]
  const facts = [
    ['Usual', middle],
    ['Least', sorted[0]],
    ['Most', sorted.at(-1)],
    ['Last', values.at(-1)],
  ] as const
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-2 px-4 pt-3.5">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt className="text-xs text-subtle">{name}</dt>
          <dd className="text-lg font-semibold tabular-nums">{value === undefined ? '–' : say(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

/** How long runs take, and what they report about their work, over time; with its bounds where a number has some. */
export function NumbersCard({ heartbeat }: { heartbeat: Heartbeat }) {
  const { data } = useQuery(runsQuery(heartbeat.id, { per_page: RUNS }))
  const [picked, pick] = useState<string>()
  const runs = useMemo(() => [...(data?.items ?? [])].reverse(), [data])
  const series = useMemo(() => seriesOf(runs), [runs])
  const chosen = series.find(({ value }) => value === picked)?.value ?? series[0]?.value
  const rule = heartbeat.numbers.find(({ name }) => name === chosen)
  const points = useMemo(
    () =>
      runs.flatMap(({ ended_at, duration_ms, numbers, status, problems }) => {
        const value = chosen === TOOK ? duration_ms : numbers[chosen ?? '']
        const bad = status !== 'ok' || problems.length > 0
        return value == null ? [] : [{ at: Date.parse(ended_at) / 1000, value, bad }]
      }),
    [runs, chosen],
  )
  // A single point is no course of anything.
  if (chosen === undefined || points.length < 2) return null
  const name = chosen === TOOK ? 'How long runs take' : chosen
  return (
    <Card aria-labelledby="numbers">
      <CardHead id="numbers" title="Durations and numbers" hint={`the last ${count(runs.length)} runs`}>
        {series.length > 4 ? (
          <Select label="What is drawn" value={chosen} onChange={pick} choices={series} className="w-40" />
        ) : (
          series.length > 1 && (
            <Segmented size="sm" label="What is drawn" value={chosen} onChange={pick} choices={series} />
          )
        )}
      </CardHead>
      <Totals values={points.map(({ value }) => value)} say={chosen === TOOK ? ms : count} />
      <div className="px-2 pt-1 pb-3 md:px-4">
        <Suspense fallback={<Skeleton className="h-[220px] w-full" />}>
          <Canvas
            name={name}
            points={points}
            say={chosen === TOOK ? ms : count}
            axis={chosen === TOOK ? ms : compact}
            min={rule?.min}
            max={chosen === TOOK ? (heartbeat.max_runtime_s ?? Number.NaN) * 1000 || undefined : rule?.max}
          />
        </Suspense>
      </div>
    </Card>
  )
}
