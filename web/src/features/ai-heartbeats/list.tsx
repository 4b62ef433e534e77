import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Bot, Plus } from 'lucide-react'
import { useCallback, useRef } from 'react'
import { useWatch } from '@/live'
import { heartbeatsSentence } from '@/parts/heartbeats'
import { useHeld } from '@/parts/use-held'
import type { HeartbeatsSearch } from '@/search'
import { useCan } from '@/session'
import { Page } from '@/shell/page'
import { useShortcuts } from '@/shell/shortcuts'
import { Button, buttonClass } from '@/ui/button'
import { Pager } from '@/ui/pager'
import { EmptyState, ErrorState, Refreshing, SkeletonRows } from '@/ui/states'
import { FilterBar, type FilterProps, filterLabel } from './filter-bar'
import { AgentRow, ListHead } from './list-row'
import { agentsQuery, agentsSummaryQuery, PER_PAGE } from './queries'

/** What was asked for, in words: `late, “triage”`. */
const filterWords = ({ q, status, tag }: HeartbeatsSearch) =>
  [status && filterLabel[status].toLowerCase(), tag && `tag ${tag}`, q && `“${q}”`].filter(Boolean).join(', ')

const NewLink = ({ first }: { first?: boolean }) => (
  <Link to="/ai-heartbeats/new" className={buttonClass('primary')}>
    <Plus />
    {first ? 'Add the first AI heartbeat' : 'New AI heartbeat'}
    {!first && (
      <span className="hidden opacity-60 md:inline" aria-hidden>
        N
      </span>
    )}
  </Link>
)

const First = ({ mayWrite }: { mayWrite: boolean }) => (
  <EmptyState icon={<Bot />} title="No AI heartbeats yet" action={mayWrite && <NewLink first />}>
    An AI heartbeat listens to an agent that reports each of its runs: whether it worked, what it cost, how long it took
    and how good it was. It learns from them when the next one is due and what is usual, and tells you when a run does
    not come, fails, or is dearer, slower or worse than it should be.
  </EmptyState>
)

const Nothing = ({ search, onChange }: FilterProps) => (
  <EmptyState
    title={`No AI heartbeat matches ${filterWords(search)}`}
    action={<Button onClick={() => onChange({ q: undefined, status: undefined, tag: undefined })}>Clear filter</Button>}
  >
    Check the spelling, or clear the filter to see all of them.
  </EmptyState>
)

/** j and k walk through the rows; Enter is the link's own. */
function useRowKeys(total: number) {
  const focus = (by: number) => {
    const row = document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset.row
    const next = Math.min(total - 1, Math.max(0, (row === undefined ? -1 : Number(row)) + by))
    document.querySelector<HTMLElement>(`[data-row="${next}"] [data-open]`)?.focus()
  }
  useShortcuts({ j: () => focus(1), k: () => focus(-1) })
}

function Rows({ search, onChange }: FilterProps) {
  const { held, area } = useHeld()
  const { page = 1, ...filter } = search
  const { data, error, refetch, isFetching, isPlaceholderData } = useQuery({
    ...agentsQuery({ ...filter, page, per_page: PER_PAGE }),
    placeholderData: keepPreviousData,
    // Only asking anew could move the rows.
    enabled: (query) => !held || query.state.data === undefined,
  })
  const mayWrite = useCan('heartbeats:write')
  useWatch(data?.items.map(({ id }) => id) ?? [])
  useRowKeys(data?.items.length ?? 0)
  const turn = (next: number) => onChange({ page: next > 1 ? next : undefined })
  return (
    <div ref={area} className="relative -mx-4 border-y border-line bg-surface md:mx-0 md:rounded-lg md:border-x">
      <div className="absolute inset-x-0 top-0">
        <Refreshing when={isFetching && isPlaceholderData} />
      </div>
      {data ? (
        data.items.length > 0 ? (
          <>
            <ListHead />
            <ul aria-label="AI heartbeats" className="divide-y divide-line">
              {data.items.map((agent, index) => (
                <AgentRow key={agent.id} agent={agent} index={index} mayWrite={mayWrite} />
              ))}
            </ul>
          </>
        ) : data.total > 0 ? (
          <EmptyState
            title="This page is empty"
            action={<Button onClick={() => turn(1)}>Go to the first page</Button>}
          />
        ) : (
          <Nothing search={search} onChange={onChange} />
        )
      ) : error ? (
        <ErrorState error={error} retry={refetch} title="The AI heartbeats could not be loaded" />
      ) : (
        <SkeletonRows rows={8} />
      )}
      {data && <Pager page={page} perPage={PER_PAGE} total={data.total} onPage={turn} />}
    </div>
  )
}

export function AiHeartbeatList() {
  const search = useSearch({ from: '/app/ai-heartbeats' })
  const navigate = useNavigate({ from: '/ai-heartbeats' })
  const mayWrite = useCan('heartbeats:write')
  const input = useRef<HTMLInputElement>(null)
  const { data: summary } = useQuery(agentsSummaryQuery)
  const change = useCallback(
    (part: Partial<HeartbeatsSearch>) =>
      void navigate({
        search: (before: HeartbeatsSearch) => ({ ...before, page: undefined, ...part }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  )
  useShortcuts({
    '/': () => input.current?.focus(),
    ...(mayWrite && { n: () => void navigate({ to: '/ai-heartbeats/new' }) }),
  })
  const { q, status, tag } = search
  const none = summary?.total === 0 && !q && !status && !tag
  return (
    <Page title="AI heartbeats" actions={mayWrite && !none && <NewLink />}>
      {none ? (
        <First mayWrite={mayWrite} />
      ) : (
        <>
          <p className="-mt-2 mb-1 min-h-5 text-sm text-muted">{summary && heartbeatsSentence(summary)}</p>
          <div className="sticky top-0 z-20 -mx-4 bg-canvas px-4 pt-2 md:-mx-6 md:px-6">
            <FilterBar search={search} onChange={change} input={input} />
          </div>
          <Rows search={search} onChange={change} />
        </>
      )}
    </Page>
  )
}
