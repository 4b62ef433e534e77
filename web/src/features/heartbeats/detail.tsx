import { useQuery } from '@tanstack/react-query'
import { Link, Navigate, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Pause, Pencil, Play } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { ApiError } from '@/api'
import { useWatch } from '@/live'
import { heartbeatGlyph, heartbeatLabel, heartbeatQuery, statusAt } from '@/parts/heartbeats'
import type { HeartbeatTab } from '@/search'
import { useCan } from '@/session'
import { useShortcuts } from '@/shell/shortcuts'
import { useTitle } from '@/shell/title'
import type { Heartbeat } from '@/types'
import { Breadcrumb } from '@/ui/bits'
import { Button, buttonClass } from '@/ui/button'
import { EmptyState, ErrorState, Skeleton } from '@/ui/states'
import { Pill } from '@/ui/status'
import { Tabs } from '@/ui/tabs'
import { Since, useNow } from '@/ui/time'
import { useHeartbeatActions } from './actions'
import { Banners } from './banner'
import { CalendarTab } from './calendar-tab'
import { HistoryCard } from './history-card'
import { IncidentsCard } from './incidents-card'
import { HeartbeatMenu } from './menu'
import { NumbersCard } from './numbers-card'
import { PingsTab } from './pings-tab'
import { NowCard, Rail } from './rail'
import { ReportCard } from './report-card'
import { RunsCard } from './runs-card'
import { SettingsTab } from './settings-tab'

const Frame = ({ name, children }: { name: ReactNode; children: ReactNode }) => (
  <div className="mx-auto max-w-[1480px] px-4 pb-10 md:px-6">
    <Breadcrumb
      trail={[
        <Link key="heartbeats" to="/heartbeats">
          Heartbeats
        </Link>,
      ]}
      here={name}
    />
    {children}
  </div>
)

/** `Down for 6m 12s`; a new one has not begun to be anything. */
function StatusPill({ heartbeat }: { heartbeat: Heartbeat }) {
  const status = statusAt(heartbeat, useNow(1000))
  const [problem] = heartbeat.problems
  const odd = status === 'up' && problem
  const since = status === 'late' ? heartbeat.expected_at : odd ? problem.since : heartbeat.since
  return (
    <Pill status={heartbeatGlyph(status, heartbeat.problems.length)}>
      {odd ? 'Not as expected' : heartbeatLabel[status]}
      {since && status !== 'new' && (
        <span className="font-normal">
          {status === 'late' ? 'by' : 'for'} <Since at={since} />
        </span>
      )}
    </Pill>
  )
}

function Actions({ heartbeat }: { heartbeat: Heartbeat }) {
  const { pause, resume } = useHeartbeatActions()
  const navigate = useNavigate()
  const [busy, setBusy] = useState(false)
  const turn = () => {
    setBusy(true)
    void (heartbeat.enabled ? pause(heartbeat) : resume(heartbeat)).finally(() => setBusy(false))
  }
  const edit = { to: '/heartbeats/$id/edit', params: { id: heartbeat.id } } as const
  useShortcuts({ e: () => void navigate(edit) })
  return (
    <div className="flex w-full gap-2 md:w-auto">
      <Button className="coarse:flex-1" busy={busy} onClick={turn}>
        {heartbeat.enabled ? <Pause /> : <Play />}
        {heartbeat.enabled ? 'Pause' : 'Resume'}
      </Button>
      <Link {...edit} className={buttonClass('secondary', 'md', 'coarse:flex-1')}>
        <Pencil />
        Edit
      </Link>
      <HeartbeatMenu brief heartbeat={heartbeat} onDeleted={() => void navigate({ to: '/heartbeats' })} />
    </div>
  )
}

function Head({ heartbeat }: { heartbeat: Heartbeat }) {
  const mayWrite = useCan('heartbeats:write')
  return (
    <div className="flex flex-wrap items-start gap-x-4 gap-y-4">
      <div className="min-w-0 flex-1 basis-72">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <h1 className="min-w-0 text-2xl tracking-tight wrap-anywhere">{heartbeat.name}</h1>
          <StatusPill heartbeat={heartbeat} />
        </div>
        <p className="mt-1 truncate text-xs text-muted first-letter:uppercase" title={heartbeat.schedule_words}>
          {heartbeat.schedule_words}
        </p>
      </div>
      {mayWrite && <Actions heartbeat={heartbeat} />}
    </div>
  )
}

const OverviewTab = ({ heartbeat }: { heartbeat: Heartbeat }) => (
  <>
    <Banners heartbeat={heartbeat} />
    <div className="mt-4 grid gap-4 lg:grid-cols-[minmax(0,1fr)_var(--rail)]">
      <div className="min-w-0 space-y-4">
        {/* On phones what is awaited comes before the history of it. */}
        <NowCard heartbeat={heartbeat} className="lg:hidden" />
        {heartbeat.pings === 0 && <ReportCard heartbeat={heartbeat} />}
        <RunsCard heartbeat={heartbeat} />
        <NumbersCard heartbeat={heartbeat} />
        <HistoryCard id={heartbeat.id} />
        <IncidentsCard id={heartbeat.id} perPage={5} />
      </div>
      <Rail heartbeat={heartbeat} />
    </div>
  </>
)

/** The tab lives in the address, so that each can be linked to; the pager and filters of another tab mean nothing here. */
function useTab() {
  const { tab = 'overview' } = useSearch({ from: '/app/heartbeats/$id' })
  const navigate = useNavigate({ from: '/heartbeats/$id' })
  const show = (next: HeartbeatTab) =>
    void navigate({ search: { tab: next === 'overview' ? undefined : next }, resetScroll: false })
  return [tab === 'runs' ? 'overview' : tab, show] as const
}

function Body({ heartbeat }: { heartbeat: Heartbeat }) {
  const [tab, show] = useTab()
  return (
    <Frame name={heartbeat.name}>
      <Head heartbeat={heartbeat} />
      <Tabs<HeartbeatTab>
        className="mt-4"
        value={tab}
        onChange={show}
        tabs={[
          { value: 'overview', label: 'Overview', panel: <OverviewTab heartbeat={heartbeat} /> },
          { value: 'calendar', label: 'Calendar', panel: <CalendarTab heartbeat={heartbeat} /> },
          { value: 'pings', label: 'Pings', panel: <PingsTab heartbeat={heartbeat} /> },
          {
            value: 'incidents',
            label: 'Incidents',
            panel: <IncidentsCard id={heartbeat.id} perPage={25} className="mt-4" />,
          },
          {
            value: 'report',
            label: 'How to report',
            panel: (
              <div className="mt-4 max-w-4xl">
                <ReportCard heartbeat={heartbeat} />
              </div>
            ),
          },
          { value: 'settings', label: 'Settings', panel: <SettingsTab heartbeat={heartbeat} /> },
        ]}
      />
    </Frame>
  )
}

export function HeartbeatDetail() {
  const { id } = useParams({ from: '/app/heartbeats/$id' })
  const { data, error, refetch } = useQuery(heartbeatQuery(id))
  useWatch([id])
  useTitle(data?.name)
  // What refers to a heartbeat only knows its id: one of an agent has a page of its own.
  if (data?.kind === 'ai') return <Navigate replace to="/ai-heartbeats/$id" params={{ id }} />
  if (data) return <Body heartbeat={data} />
  if (!error)
    return (
      <Frame name={<Skeleton className="w-24" />}>
        <Skeleton className="h-8 w-64" />
        <Skeleton className="mt-2 h-4 w-80 max-w-full" />
        <Skeleton className="mt-8 h-96 w-full rounded-lg" />
      </Frame>
    )
  return (
    <Frame name="Heartbeat">
      <h1 className="sr-only">Heartbeat</h1>
      {error instanceof ApiError && error.status === 404 ? (
        <EmptyState
          title="This heartbeat does not exist"
          action={
            <Link to="/heartbeats" className={buttonClass()}>
              Back to heartbeats
            </Link>
          }
        >
          It may have been deleted.
        </EmptyState>
      ) : (
        <ErrorState error={error} retry={refetch} />
      )}
    </Frame>
  )
}
