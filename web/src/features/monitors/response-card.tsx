import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { type Range, ranges } from '@/search'
import type { Interval, Monitor } from '@/types'
import { Card, CardHead } from '@/ui/card'
import { ResponseChart } from '@/ui/chart'
import { Segmented } from '@/ui/choice'
import { ms, plural } from '@/ui/format'
import { EmptyState, ErrorState, Skeleton } from '@/ui/states'
import { intervalsQuery, timesQuery } from './queries'
import { RegionSelect, useRegion } from './region-select'
import { pointsOf } from './response-points'

const SPAN_MS: Record<Range, number> = {
  '1h': 3600e3,
  '24h': 86_400e3,
  '7d': 7 * 86_400e3,
  '30d': 30 * 86_400e3,
  '90d': 90 * 86_400e3,
}
/** Rounded, so that the cache finds the answer of a moment ago. */
const fromOf = (range: Range) => new Date(Math.floor((Date.now() - SPAN_MS[range]) / 60_000) * 60_000).toISOString()

const shadesOf = (intervals: readonly Interval[]) =>
  intervals.flatMap(({ status, from, until }) =>
    status === 'down' || status === 'degraded' || status === 'maintenance' ? [{ from, until, kind: status }] : [],
  )

function Totals({ values }: { values: readonly (readonly [string, number | null, number])[] }) {
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-2 px-4 pt-3.5">
      {values.map(([name, value, opacity]) => (
        <div key={name}>
          <dt className="flex items-center gap-1.5 text-xs text-subtle">
            <i aria-hidden className="h-2.5 w-1 rounded-full bg-accent" style={{ opacity }} />
            {name}
          </dt>
          <dd className="text-lg font-semibold tabular-nums">{ms(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

function useRange() {
  const search = useSearch({ from: '/app/monitors/$id' })
  const navigate = useNavigate({ from: '/monitors/$id' })
  const pick = (next: Range) => void navigate({ search: { ...search, range: next }, replace: true, resetScroll: false })
  return [search.range ?? '24h', pick] as const
}

/** Median with p95 and p99 as bands, over what was wrong at the time. */
export function ResponseCard({ monitor }: { monitor: Monitor }) {
  const [range, pick] = useRange()
  const region = useRegion(monitor)
  const from = useMemo(() => fromOf(range), [range])
  const times = useQuery({
    ...timesQuery(monitor.id, range, region),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  })
  const intervals = useQuery(intervalsQuery(monitor.id, from))
  const shades = useMemo(() => shadesOf(intervals.data?.items ?? []), [intervals.data])
  const { data, dataUpdatedAt } = times
  const { interval, created_at } = monitor
  const drawn = useMemo(
    () => data && pointsOf(data, { interval, created_at }, dataUpdatedAt),
    [data, interval, created_at, dataUpdatedAt],
  )
  return (
    <Card aria-labelledby="response">
      <CardHead
        id="response"
        title="Response time"
        hint={
          data &&
          data.totals.count > 0 && <span className="hidden sm:inline">{plural(data.totals.count, 'check')}</span>
        }
      >
        <RegionSelect all monitor={monitor} />
        <Segmented
          size="sm"
          label="Range"
          value={range}
          onChange={pick}
          choices={ranges.map((value) => ({ value, label: value }))}
        />
      </CardHead>
      {data && drawn ? (
        drawn.points.length > 0 ? (
          <>
            <Totals
              values={[
                ['Median', data.totals.p50_ms, 1],
                ['p95', data.totals.p95_ms, 0.45],
                ['p99', data.totals.p99_ms, 0.2],
              ]}
            />
            <div className="px-2 pt-1 pb-3 md:px-4">
              <ResponseChart points={drawn.points} bucket_s={drawn.step_s} shades={shades} />
            </div>
          </>
        ) : (
          <EmptyState title="No response times yet" className="py-16">
            {!monitor.enabled
              ? 'The monitor is paused.'
              : monitor.type === 'push'
                ? 'They appear once reports say how long something took (ping).'
                : 'They appear after the first successful checks.'}
          </EmptyState>
        )
      ) : times.error ? (
        <ErrorState error={times.error} retry={times.refetch} />
      ) : (
        <div className="p-4">
          <Skeleton className="h-10 w-48" />
          <Skeleton className="mt-3 h-[260px] w-full" />
        </div>
      )}
    </Card>
  )
}
