import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Card, CardHead } from '@/ui/card'
import { count } from '@/ui/format'
import { Pager } from '@/ui/pager'
import { EmptyState, ErrorState, Refreshing, SkeletonRows } from '@/ui/states'
import { agentRunsQuery, latelyQuery, PER_PAGE } from './queries'
import { RunsTable } from './runs-table'

const SHOWN = 8

const None = () => <EmptyState title="No runs yet">Each report of the agent is one row here.</EmptyState>

/** The newest runs, on the overview. */
export function LatestRuns({ id, more }: { id: string; more: (total: number) => ReactNode }) {
  const { data, error, refetch } = useQuery(latelyQuery(id))
  return (
    <Card aria-labelledby="latest" className="overflow-hidden">
      <CardHead id="latest" title="Latest runs" hint={data && data.total > 0 ? `${count(data.total)} kept` : undefined}>
        {data && data.total > SHOWN && more(data.total)}
      </CardHead>
      {data ? (
        data.items.length > 0 ? (
          <RunsTable runs={data.items.slice(0, SHOWN)} />
        ) : (
          <None />
        )
      ) : error ? (
        <ErrorState error={error} retry={refetch} />
      ) : (
        <SkeletonRows rows={4} height="h-11" />
      )}
    </Card>
  )
}

/** Every run that is kept. */
export function RunsTab({ id, page, onPage }: { id: string; page: number; onPage: (page: number) => void }) {
  const { data, error, refetch, isPlaceholderData } = useQuery(agentRunsQuery(id, { page, per_page: PER_PAGE }))
  return (
    <Card aria-labelledby="runs" className="mt-4 overflow-hidden">
      <CardHead id="runs" title="Runs" hint={data && `${count(data.total)} kept`} />
      <Refreshing when={isPlaceholderData} />
      {data ? (
        data.items.length > 0 ? (
          <RunsTable runs={data.items} />
        ) : (
          <None />
        )
      ) : error ? (
        <ErrorState error={error} retry={refetch} />
      ) : (
        <SkeletonRows rows={12} height="h-11" />
      )}
      {data && <Pager page={page} perPage={PER_PAGE} total={data.total} onPage={onPage} />}
    </Card>
  )
}
