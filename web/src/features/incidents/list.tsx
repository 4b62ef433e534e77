import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { CircleAlert, Plus, SearchX } from 'lucide-react'
import { useCallback, useRef, useState } from 'react'
import { BlindBanner } from '@/parts/blind-banner'
import type { IncidentsSearch } from '@/search'
import { useCan } from '@/session'
import { Page } from '@/shell/page'
import { useShortcuts } from '@/shell/shortcuts'
import { Button } from '@/ui/button'
import { Pager } from '@/ui/pager'
import { EmptyState, ErrorState, Refreshing, SkeletonRows } from '@/ui/states'
import { Glyph } from '@/ui/status'
import { FilterBar } from './filter-bar'
import { IncidentRow, ListHead } from './list-row'
import { listQuery, PER_PAGE } from './queries'
import { ReportDialog } from './report-dialog'
import { useRowKeys } from './use-row-keys'
import { isFiltered, nothingFor } from './words'

type Change = (part: Partial<IncidentsSearch>) => void

/** An empty list is good news, a filter that fits nothing, or an appliance that has seen no trouble yet. */
function Nothing({ search, onChange }: { search: IncidentsSearch; onChange: Change }) {
  if (isFiltered(search))
    return (
      <EmptyState
        icon={<SearchX />}
        title={nothingFor(search)}
        action={<Button onClick={() => onChange({ q: undefined, severity: undefined })}>Clear filter</Button>}
      >
        Check the spelling, or clear the filter to see the others.
      </EmptyState>
    )
  if (search.status === undefined || search.status === 'active')
    return (
      <EmptyState
        icon={<Glyph status="up" size={24} />}
        title="Nothing is open"
        action={<Button onClick={() => onChange({ status: 'all' })}>Show all incidents</Button>}
      >
        Nobody has to do anything right now. A new incident appears here by itself.
      </EmptyState>
    )
  return (
    <EmptyState icon={<CircleAlert />} title={search.status === 'all' ? 'No incidents yet' : nothingFor(search)}>
      An incident opens when a monitor fails as often as its alert threshold says, when a heartbeat stays away, or when
      somebody reports one.
    </EmptyState>
  )
}

function Rows({ search, onChange }: { search: IncidentsSearch; onChange: Change }) {
  const { data, error, refetch, isFetching, isPlaceholderData } = useQuery(listQuery(search))
  const navigate = useNavigate({ from: '/incidents' })
  useRowKeys(data?.items.map(({ id }) => id) ?? [])
  const page = search.page ?? 1
  const turn = (next: number) =>
    void navigate({ search: (before: IncidentsSearch) => ({ ...before, page: next > 1 ? next : undefined }) })
  return (
    <div className="relative -mx-4 border-y border-line bg-surface md:mx-0 md:rounded-lg md:border-x">
      <div className="absolute inset-x-0 top-0">
        <Refreshing when={isFetching && isPlaceholderData} />
      </div>
      {data ? (
        data.items.length > 0 ? (
          <>
            <ListHead />
            <ul aria-label="Incidents" className="divide-y divide-line">
              {data.items.map((incident, index) => (
                <IncidentRow key={incident.id} incident={incident} index={index} />
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
        <ErrorState error={error} retry={refetch} title="The incidents could not be loaded" />
      ) : (
        <SkeletonRows rows={6} height="h-15" />
      )}
      {data && <Pager page={page} perPage={PER_PAGE} total={data.total} onPage={turn} />}
    </div>
  )
}

export function IncidentList() {
  const search = useSearch({ from: '/app/incidents' })
  const navigate = useNavigate({ from: '/incidents' })
  const mayRespond = useCan('incidents:respond')
  const [reporting, setReporting] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const change = useCallback<Change>(
    (part) =>
      void navigate({
        search: (before: IncidentsSearch) => ({ ...before, ...part, page: undefined }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  )
  useShortcuts({ '/': () => input.current?.focus(), ...(mayRespond && { n: () => setReporting(true) }) })
  return (
    <Page
      title="Incidents"
      actions={
        mayRespond && (
          <Button onClick={() => setReporting(true)}>
            <Plus />
            Report an incident
            <span className="hidden opacity-60 md:inline" aria-hidden>
              N
            </span>
          </Button>
        )
      }
    >
      <BlindBanner />
      <div className="sticky top-0 z-20 -mx-4 bg-canvas px-4 pt-1 md:-mx-6 md:px-6">
        <FilterBar search={search} onChange={change} input={input} />
      </div>
      <Rows search={search} onChange={change} />
      {mayRespond && <ReportDialog open={reporting} onClose={() => setReporting(false)} />}
    </Page>
  )
}
