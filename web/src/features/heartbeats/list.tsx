import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { HeartPulse, KeyRound, Plus } from 'lucide-react'
import { type ReactNode, useCallback, useRef, useState } from 'react'
import { useWatch } from '@/live'
import { heartbeatsQuery, heartbeatsSentence, heartbeatsSummaryQuery } from '@/parts/heartbeats'
import { useHeld } from '@/parts/use-held'
import type { HeartbeatsSearch } from '@/search'
import { useCan } from '@/session'
import { Page } from '@/shell/page'
import { useShortcuts } from '@/shell/shortcuts'
import { Button, buttonClass } from '@/ui/button'
import { Pager } from '@/ui/pager'
import { EmptyState, ErrorState, Refreshing, SkeletonRows } from '@/ui/states'
import { FilterBar, filterLabel } from './filter-bar'
import { HeartbeatRow, ListHead } from './list-row'
import { PingKeyDialog } from './ping-key'
import { PER_PAGE } from './queries'

type Change = (part: Partial<HeartbeatsSearch>) => void

const isFiltered = ({ q, status, tag }: HeartbeatsSearch) => Boolean(q || status || tag)
/** What was asked for, in words: `late, “backup”`. */
const filterWords = ({ q, status, tag }: HeartbeatsSearch) =>
  [status && filterLabel[status].toLowerCase(), tag && `tag ${tag}`, q && `“${q}”`].filter(Boolean).join(', ')

function Nothing({ search, onChange }: { search: HeartbeatsSearch; onChange: Change }) {
  return (
    <EmptyState
      title={`No heartbeat matches ${filterWords(search)}`}
      action={
        <Button onClick={() => onChange({ q: undefined, status: undefined, tag: undefined })}>Clear filter</Button>
      }
    >
      Check the spelling, or clear the filter to see all heartbeats.
    </EmptyState>
  )
}

const First = ({ action }: { action: ReactNode }) => (
  <EmptyState icon={<HeartPulse />} title="No heartbeats yet" action={action}>
    A heartbeat waits for a job to report: a backup, a cron job, an import. When the report does not come in time, says
    that it failed, or is not as expected, you are told.
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

function Rows({ search, onChange }: { search: HeartbeatsSearch; onChange: Change }) {
  const { held, area } = useHeld()
  const { page = 1, ...filter } = search
  const { data, error, refetch, isFetching, isPlaceholderData } = useQuery({
    ...heartbeatsQuery({ ...filter, page, per_page: PER_PAGE }),
    placeholderData: keepPreviousData,
    // Only asking anew could move the rows.
    enabled: (query) => !held || query.state.data === undefined,
  })
  const navigate = useNavigate({ from: '/heartbeats' })
  const mayWrite = useCan('heartbeats:write')
  useWatch(data?.items.map(({ id }) => id) ?? [])
  useRowKeys(data?.items.length ?? 0)
  const turn = (next: number) =>
    void navigate({ search: (before: HeartbeatsSearch) => ({ ...before, page: next > 1 ? next : undefined }) })
  return (
    <div ref={area} className="relative -mx-4 border-y border-line bg-surface md:mx-0 md:rounded-lg md:border-x">
      <div className="absolute inset-x-0 top-0">
        <Refreshing when={isFetching && isPlaceholderData} />
      </div>
      {data ? (
        data.items.length > 0 ? (
          <>
            <ListHead />
            <ul aria-label="Heartbeats" className="divide-y divide-line">
              {data.items.map((heartbeat, index) => (
                <HeartbeatRow key={heartbeat.id} heartbeat={heartbeat} index={index} mayWrite={mayWrite} />
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
        <ErrorState error={error} retry={refetch} title="The heartbeats could not be loaded" />
      ) : (
        <SkeletonRows rows={8} />
      )}
      {data && <Pager page={page} perPage={PER_PAGE} total={data.total} onPage={turn} />}
    </div>
  )
}

const NewLink = ({ first }: { first?: boolean }) => (
  <Link to="/heartbeats/new" className={buttonClass('primary')}>
    <Plus />
    {first ? 'Add the first heartbeat' : 'New heartbeat'}
    {!first && (
      <span className="hidden opacity-60 md:inline" aria-hidden>
        N
      </span>
    )}
  </Link>
)

export function HeartbeatList() {
  const search = useSearch({ from: '/app/heartbeats' })
  const navigate = useNavigate({ from: '/heartbeats' })
  const mayWrite = useCan('heartbeats:write')
  const { data: summary } = useQuery(heartbeatsSummaryQuery)
  const input = useRef<HTMLInputElement>(null)
  const [keyShown, setKeyShown] = useState(false)
  const change = useCallback<Change>(
    (part) =>
      void navigate({
        search: (before: HeartbeatsSearch) => ({ ...before, ...part, page: undefined }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  )
  useShortcuts({
    '/': () => input.current?.focus(),
    ...(mayWrite && { n: () => void navigate({ to: '/heartbeats/new' }) }),
  })
  const none = summary?.total === 0 && !isFiltered(search)
  const keyButton = (
    <Button onClick={() => setKeyShown(true)}>
      <KeyRound />
      Ping key
    </Button>
  )
  return (
    <Page
      title="Heartbeats"
      actions={
        mayWrite &&
        !none && (
          <>
            {keyButton}
            <NewLink />
          </>
        )
      }
    >
      {none ? (
        <First
          action={
            mayWrite && (
              <>
                <NewLink first />
                {keyButton}
              </>
            )
          }
        />
      ) : (
        <>
          <p className="-mt-2 mb-1 min-h-5 text-sm text-muted">{summary && heartbeatsSentence(summary)}</p>
          <div className="sticky top-0 z-20 -mx-4 bg-canvas px-4 pt-2 md:-mx-6 md:px-6">
            <FilterBar search={search} onChange={change} input={input} />
          </div>
          <Rows search={search} onChange={change} />
        </>
      )}
      {mayWrite && <PingKeyDialog open={keyShown} onClose={() => setKeyShown(false)} />}
    </Page>
  )
}
