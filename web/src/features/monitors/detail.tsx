import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Pause, Pencil, Play, RotateCw } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { ApiError } from '@/api'
import { useWatch } from '@/live'
import type { MonitorSearch } from '@/search'
import { useCan } from '@/session'
import { useShortcuts } from '@/shell/shortcuts'
import { useTitle } from '@/shell/title'
import type { Monitor, MonitorState } from '@/types'
import { Breadcrumb, CopyButton } from '@/ui/bits'
import { Button, buttonClass } from '@/ui/button'
import { cx } from '@/ui/cx'
import { EmptyState, ErrorState, Skeleton } from '@/ui/states'
import { Pill, statusLabel } from '@/ui/status'
import { Tabs } from '@/ui/tabs'
import { Since } from '@/ui/time'
import { useMonitorActions } from './actions'
import { ChecksTab } from './checks-tab'
import { EvidenceTab } from './evidence-tab'
import { IncidentsTab } from './incidents-tab'
import { OverviewTab } from './overview-tab'
import { monitorQuery, statusQuery } from './queries'
import { DownOnlyFrom } from './regions-card'
import { MonitorMenu } from './row-menu'
import { SettingsTab } from './settings-tab'
import { traitsOf } from './type-groups'

const Frame = ({ name, children }: { name: ReactNode; children: ReactNode }) => (
  <div className="mx-auto max-w-[1480px] px-4 pb-10 md:px-6">
    <Breadcrumb
      trail={[
        <Link key="monitors" to="/monitors">
          Monitors
        </Link>,
      ]}
      here={name}
    />
    {children}
  </div>
)

/** `Down for 6m 12s`; without a beginning just the word. */
function StatusPill({ status, since }: { status: MonitorState['status']; since: string | null }) {
  return (
    <Pill status={status}>
      {statusLabel[status]}
      {since && status !== 'pending' && (
        <span className="font-normal">
          for <Since at={since} />
        </span>
      )}
    </Pill>
  )
}

function Actions({ monitor }: { monitor: Monitor }) {
  const { check, pause, resume } = useMonitorActions()
  const navigate = useNavigate()
  const [busy, setBusy] = useState<'check' | 'turn' | null>(null)
  const run = (what: 'check' | 'turn', action: () => Promise<void>) => {
    setBusy(what)
    void action().finally(() => setBusy(null))
  }
  const edit = { to: '/monitors/$id/edit', params: { id: monitor.id } } as const
  useShortcuts({ e: () => void navigate(edit) })
  return (
    <div className="flex w-full gap-2 md:w-auto">
      {traitsOf(monitor.type).check && (
        <Button
          className="coarse:flex-1"
          busy={busy === 'check'}
          disabled={!monitor.enabled || busy !== null}
          onClick={() => run('check', () => check(monitor))}
        >
          <RotateCw />
          Check now
        </Button>
      )}
      <Button
        className="coarse:flex-1"
        busy={busy === 'turn'}
        disabled={busy !== null}
        onClick={() => run('turn', () => (monitor.enabled ? pause(monitor) : resume(monitor)))}
      >
        {monitor.enabled ? <Pause /> : <Play />}
        {monitor.enabled ? 'Pause' : 'Resume'}
      </Button>
      <Link {...edit} className={buttonClass('secondary', 'md', 'coarse:flex-1')}>
        <Pencil />
        Edit
      </Link>
      <MonitorMenu brief monitor={monitor} onDeleted={() => void navigate({ to: '/monitors' })} />
    </div>
  )
}

function Head({ monitor, state }: { monitor: Monitor; state: MonitorState | undefined }) {
  const mayWrite = useCan('monitors:write')
  const { asks } = traitsOf(monitor.type)
  return (
    <div className="flex flex-wrap items-start gap-x-4 gap-y-4">
      <div className="min-w-0 flex-1 basis-72">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <h1 className="min-w-0 text-2xl tracking-tight wrap-anywhere">{monitor.name}</h1>
          <StatusPill status={state?.status ?? monitor.status} since={state ? state.since : monitor.status_since} />
          {state && <DownOnlyFrom regions={state.down_only_from} />}
        </div>
        <div className="mt-1 flex items-center gap-1 text-xs text-muted">
          {/* What nobody can be asked at has no address: a few words stand there. */}
          <span
            className={cx('truncate', asks && 'font-mono', !asks && 'first-letter:uppercase')}
            title={monitor.target}
          >
            {monitor.target}
          </span>
          {asks && <CopyButton text={monitor.target} label="Copy target" className="size-6" />}
        </div>
      </div>
      {mayWrite && <Actions monitor={monitor} />}
    </div>
  )
}

/** The tab lives in the address, so that each can be linked to; the pager and filters of another tab mean nothing here. */
function useTab() {
  const { tab = 'overview', range, region } = useSearch({ from: '/app/monitors/$id' })
  const navigate = useNavigate({ from: '/monitors/$id' })
  const show = (next: NonNullable<MonitorSearch['tab']>) =>
    void navigate({
      search: { range, region, tab: next === 'overview' ? undefined : next },
      resetScroll: false,
    })
  return [tab, show] as const
}

export function MonitorDetail() {
  const { id } = useParams({ from: '/app/monitors/$id' })
  const monitor = useQuery(monitorQuery(id))
  const state = useQuery(statusQuery(id))
  const [tab, show] = useTab()
  useWatch([id])
  useTitle(monitor.data?.name)

  if (!monitor.data && monitor.error)
    return (
      <Frame name="Monitor">
        {monitor.error instanceof ApiError && monitor.error.status === 404 ? (
          <EmptyState
            title="This monitor does not exist"
            action={
              <Link to="/monitors" className={buttonClass()}>
                Back to monitors
              </Link>
            }
          >
            It may have been deleted.
          </EmptyState>
        ) : (
          <ErrorState error={monitor.error} retry={monitor.refetch} />
        )}
      </Frame>
    )
  if (!monitor.data)
    return (
      <Frame name={<Skeleton className="w-24" />}>
        <Skeleton className="h-8 w-64" />
        <Skeleton className="mt-2 h-4 w-80 max-w-full" />
        <Skeleton className="mt-8 h-96 w-full rounded-lg" />
      </Frame>
    )
  return (
    <Frame name={monitor.data.name}>
      <Head monitor={monitor.data} state={state.data} />
      <Tabs
        className="mt-4"
        value={tab}
        onChange={show}
        tabs={[
          { value: 'overview', label: 'Overview', panel: <OverviewTab monitor={monitor.data} state={state.data} /> },
          { value: 'checks', label: 'Checks', panel: <ChecksTab monitor={monitor.data} /> },
          { value: 'evidence', label: 'Evidence', panel: <EvidenceTab id={id} /> },
          { value: 'incidents', label: 'Incidents', panel: <IncidentsTab id={id} /> },
          { value: 'settings', label: 'Settings', panel: <SettingsTab monitor={monitor.data} /> },
        ]}
      />
    </Frame>
  )
}
