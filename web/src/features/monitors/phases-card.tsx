import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { PhaseBar } from '@/parts/phases'
import type { Monitor, MonitorState } from '@/types'
import { Card, CardHead } from '@/ui/card'
import { PhaseChart } from '@/ui/chart'
import { ms } from '@/ui/format'
import { Ago } from '@/ui/time'
import { timesQuery } from './queries'
import { useRegion } from './region-select'
import { phasesOf } from './response-points'

/** The last check taken apart, and below it how its parts went over the range that the page shows. */
export function PhasesCard({ monitor, state }: { monitor: Monitor; state: MonitorState | undefined }) {
  const { range = '24h' } = useSearch({ from: '/app/monitors/$id' })
  const region = useRegion(monitor)
  const { data, dataUpdatedAt } = useQuery({
    ...timesQuery(monitor.id, range, region),
    placeholderData: keepPreviousData,
  })
  const { interval, created_at } = monitor
  const drawn = useMemo(
    () => data && phasesOf(data, { interval, created_at }, dataUpdatedAt),
    [data, interval, created_at, dataUpdatedAt],
  )
  const seen = state?.regions ?? []
  // All together: the last check of a region that had something to measure.
  const last = region
    ? seen.find((one) => one.region === region)
    : state?.phases
      ? state
      : (seen.find(({ phases }) => phases) ?? state)
  const over = drawn !== undefined && drawn.points.length > 2
  if (!over && !last?.phases) return null
  return (
    <Card aria-labelledby="phases">
      <CardHead
        id="phases"
        title="Where the time goes"
        hint={
          last?.phases && last.checked_at ? (
            <>
              last check <Ago at={last.checked_at} />
              {last.response_time_ms !== null && `, ${ms(last.response_time_ms)}`}
            </>
          ) : undefined
        }
      />
      {last?.phases && (
        <div className="px-4 py-3.5">
          <PhaseBar phases={last.phases} />
        </div>
      )}
      {over && (
        <div className={last?.phases ? 'border-t border-line px-2 pt-3 pb-2 md:px-4' : 'px-2 pt-3 pb-2 md:px-4'}>
          <PhaseChart points={drawn.points} bucket_s={drawn.step_s} legend={!last?.phases} />
        </div>
      )}
    </Card>
  )
}
