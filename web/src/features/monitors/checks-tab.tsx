import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { CheckResult, Monitor } from '@/types'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Segmented } from '@/ui/choice'
import { cx } from '@/ui/cx'
import { count, ms } from '@/ui/format'
import { Pager } from '@/ui/pager'
import { EmptyState, ErrorState, Refreshing, SkeletonRows } from '@/ui/states'
import { Glyph, statusLabel, statusText } from '@/ui/status'
import { At } from '@/ui/time'
import { resultsQuery } from './queries'
import { RegionSelect, useRegion } from './region-select'

const PER_PAGE = 50
const STATUSES = ['up', 'degraded', 'down', 'unknown'] as const
const choices = [{ value: 'all', label: 'All' }, ...STATUSES.map((value) => ({ value, label: statusLabel[value] }))]

function Row({ result: { checked_at, status, response_time_ms, message } }: { result: CheckResult }) {
  return (
    <tr className="border-b border-line last:border-0">
      <td className="w-6 py-2 pl-4">
        <Glyph status={status} size={14} />
      </td>
      <td className="py-2 pl-2">
        <span className="sr-only">{statusLabel[status]}: </span>
        <span
          className={cx(
            'inline-block wrap-anywhere first-letter:uppercase',
            status === 'up' ? 'text-muted' : statusText[status],
          )}
        >
          {message ?? statusLabel[status]}
        </span>
      </td>
      <td className="py-2 pl-4 text-right whitespace-nowrap tabular-nums">{ms(response_time_ms)}</td>
      <td className="py-2 pr-4 pl-4 text-right text-muted whitespace-nowrap tabular-nums">
        <At at={checked_at} seconds />
      </td>
    </tr>
  )
}

/** Every single check that is still kept. */
export function ChecksTab({ monitor }: { monitor: Monitor }) {
  const { id, regions } = monitor
  const region = useRegion(monitor) ?? regions[0]
  const search = useSearch({ from: '/app/monitors/$id' })
  const { page = 1, status } = search
  const navigate = useNavigate({ from: '/monitors/$id' })
  const wanted = STATUSES.find((one) => one === status)
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...resultsQuery(id, { page, per_page: PER_PAGE, status: wanted, ...(regions.length > 1 && { region }) }),
    placeholderData: keepPreviousData,
    refetchInterval: page === 1 ? 15_000 : false,
  })
  const filter = (next: string) =>
    void navigate({
      search: { ...search, status: next === 'all' ? undefined : next, page: undefined },
      replace: true,
      resetScroll: false,
    })
  return (
    <Card aria-labelledby="checks" className="mt-4 overflow-hidden">
      <CardHead id="checks" title="Checks" hint={data && `${count(data.total)} kept`}>
        <RegionSelect monitor={monitor} />
        <Segmented size="sm" label="Status" value={wanted ?? 'all'} onChange={filter} choices={choices} />
      </CardHead>
      <Refreshing when={isPlaceholderData} />
      {data ? (
        data.items.length > 0 ? (
          <table className="w-full text-sm">
            <thead className="sr-only">
              <tr>
                <th>Status</th>
                <th>Answer</th>
                <th>Response time</th>
                <th>Time</th>
              </tr>
            </thead>
            <tbody>
              {data.items.map((result) => (
                <Row key={result.checked_at} result={result} />
              ))}
            </tbody>
          </table>
        ) : wanted ? (
          <EmptyState
            title={`No check was ${statusLabel[wanted].toLowerCase()}`}
            action={<Button onClick={() => filter('all')}>Clear filter</Button>}
          />
        ) : (
          <EmptyState title="No checks yet">The first one is on its way.</EmptyState>
        )
      ) : error ? (
        <ErrorState error={error} retry={refetch} />
      ) : (
        <SkeletonRows height="h-9" rows={12} />
      )}
      {data && (
        <Pager
          page={page}
          perPage={PER_PAGE}
          total={data.total}
          onPage={(next) =>
            void navigate({
              search: { ...search, page: next === 1 ? undefined : next },
              resetScroll: false,
            })
          }
        />
      )}
    </Card>
  )
}
