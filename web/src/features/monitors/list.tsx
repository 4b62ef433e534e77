import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Activity, Download, Plus } from 'lucide-react'
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react'
import { BlindBanner } from '@/parts/blind-banner'
import { monitorTagsQuery } from '@/parts/data'
import { HealthCard } from '@/parts/health'
import { OpenIncidents } from '@/parts/open-incidents'
import type { MonitorsSearch } from '@/search'
import { useCan } from '@/session'
import { Page } from '@/shell/page'
import { useShortcuts } from '@/shell/shortcuts'
import type { MonitorListItem } from '@/types'
import { Button, buttonClass } from '@/ui/button'
import { EmptyState, ErrorState, Refreshing, SkeletonRows } from '@/ui/states'
import { statusLabel } from '@/ui/status'
import { BulkBar } from './bulk-bar'
import { FilterBar } from './filter-bar'
import { PER_PAGE } from './queries'
import { useSelection } from './selection'
import { MonitorTable, TableHead } from './table'
import { useMonitorWindow } from './use-window'

const ImportDialog = lazy(() => import('./import-dialog'))

const isFiltered = ({ q, status, type, tag }: MonitorsSearch) => Boolean(q || status || type || tag)

/** What was asked for, in words: `down, “checkout”`. */
const filterWords = ({ q, status, type, tag }: MonitorsSearch) =>
  [status && statusLabel[status].toLowerCase(), type && `type ${type}`, tag && `tag ${tag}`, q && `“${q}”`]
    .filter(Boolean)
    .join(', ')

/** Rows that are loaded; only they can be selected all at once. */
const loaded = (rowAt: (index: number) => MonitorListItem | undefined, total: number) =>
  Array.from({ length: Math.min(total, PER_PAGE) }, (_, i) => rowAt(i)).filter((one) => one !== undefined)

type EmptyProps = { search: MonitorsSearch; onClear: () => void; mayWrite: boolean; onImport: () => void }
function Empty({ search, onClear, mayWrite, onImport }: EmptyProps) {
  if (isFiltered(search))
    return (
      <EmptyState
        title={`No monitor matches ${filterWords(search)}`}
        action={<Button onClick={onClear}>Clear filter</Button>}
      >
        Check the spelling, or clear the filter to see all monitors.
      </EmptyState>
    )
  return (
    <EmptyState
      icon={<Activity />}
      title="No monitors yet"
      action={
        mayWrite && (
          <>
            <Link to="/monitors/new" className={buttonClass('primary')}>
              <Plus />
              Add the first monitor
            </Link>
            <Button onClick={onImport}>
              <Download />
              Import
            </Button>
          </>
        )
      }
    >
      A monitor checks a website, a port, a record or a host again and again, and tells you when it stops answering.
    </EmptyState>
  )
}

export function MonitorList() {
  const search = useSearch({ from: '/app/monitors' })
  const navigate = useNavigate({ from: '/monitors' })
  const mayWrite = useCan('monitors:write')
  const input = useRef<HTMLInputElement>(null)
  const selection = useSelection()
  const [importing, setImporting] = useState(false)
  const { q, status, type, tag, sort } = search
  const { clear } = selection
  // “All that match” was said about another filter.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the filter changes
  useEffect(() => {
    if (selection.all) clear()
  }, [q, status, type, tag])
  const { data, error, refetch, total, rowAt, want, area, fetching, isPlaceholderData } = useMonitorWindow({
    q,
    status,
    type,
    tag,
    sort,
  })

  const change = useCallback(
    (part: Partial<MonitorsSearch>) =>
      void navigate({
        search: { ...search, ...part, page: undefined },
        replace: true,
        resetScroll: false,
      }),
    [navigate, search],
  )
  useShortcuts({
    '/': () => input.current?.focus(),
    ...(mayWrite && { n: () => void navigate({ to: '/monitors/new' }) }),
  })

  const first = loaded(rowAt, total)
  const tags = useQuery(monitorTagsQuery).data?.items ?? []
  const picked = selection.all ? first.length : first.filter(({ id }) => selection.ids.has(id)).length
  const state = picked === 0 ? 'none' : picked === first.length ? 'all' : 'some'
  const none = data?.total === 0 && !isFiltered(search)

  return (
    <Page
      title="Monitors"
      actions={
        mayWrite &&
        !none && (
          <>
            <Button onClick={() => setImporting(true)} className="max-sm:hidden">
              <Download />
              Import
            </Button>
            <Link to="/monitors/new" className={buttonClass('primary')}>
              <Plus />
              New monitor
              <span className="hidden opacity-60 md:inline" aria-hidden>
                N
              </span>
            </Link>
          </>
        )
      }
    >
      <BlindBanner />
      {!none && <HealthCard />}
      <OpenIncidents quiet />
      {none ? (
        <Empty search={search} onClear={() => undefined} mayWrite={mayWrite} onImport={() => setImporting(true)} />
      ) : (
        <>
          <div className="sticky top-0 z-20 -mx-4 mt-4 bg-canvas px-4 pt-2 max-md:border-b max-md:border-line md:-mx-6 md:px-6">
            <FilterBar search={search} onChange={change} tags={tags} input={input} />
            <TableHead
              sort={sort}
              onSort={(next) => change({ sort: next })}
              state={state}
              onAll={
                mayWrite
                  ? () => (state === 'all' ? selection.clear() : selection.put(first.map(({ id }) => id)))
                  : undefined
              }
            />
            <div className="relative">
              <div className="absolute inset-x-0 -top-0.5">
                <Refreshing when={fetching && isPlaceholderData} />
              </div>
            </div>
          </div>
          {data ? (
            total > 0 ? (
              <div ref={area}>
                <MonitorTable total={total} rowAt={rowAt} want={want} selection={selection} mayWrite={mayWrite} />
              </div>
            ) : (
              <Empty
                search={search}
                mayWrite={mayWrite}
                onImport={() => setImporting(true)}
                onClear={() => change({ q: undefined, status: undefined, type: undefined, tag: undefined })}
              />
            )
          ) : error ? (
            <ErrorState error={error} retry={refetch} />
          ) : (
            <div className="md:rounded-b-lg md:border-x md:border-b md:border-line md:bg-surface">
              <SkeletonRows rows={8} />
            </div>
          )}
        </>
      )}
      {(selection.all || selection.ids.size > 0) && (
        <BulkBar
          target={selection.all ? { filter: { q, status, type, tag }, total } : { ids: [...selection.ids] }}
          total={total}
          onAll={() => selection.put([...selection.ids], true)}
          onClear={selection.clear}
        />
      )}
      {importing && (
        <Suspense>
          <ImportDialog onClose={() => setImporting(false)} />
        </Suspense>
      )}
    </Page>
  )
}
