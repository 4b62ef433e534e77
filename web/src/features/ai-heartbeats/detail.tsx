import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ApiError } from '@/api'
import { IncidentsCard } from '@/features/heartbeats/incidents-card'
import { useWatch } from '@/live'
import type { HeartbeatSearch } from '@/search'
import { useTitle } from '@/shell/title'
import { Breadcrumb } from '@/ui/bits'
import { buttonClass } from '@/ui/button'
import { EmptyState, ErrorState, Skeleton } from '@/ui/states'
import { Tabs } from '@/ui/tabs'
import { Banner } from './banner'
import { ChartsCard } from './charts-card'
import { Head } from './head'
import { ProblemsCard } from './problems-card'
import { agentQuery, type Span, spans } from './queries'
import { Rail } from './rail'
import { ReportCard } from './report-card'
import { LatestRuns, RunsTab } from './runs-cards'
import type { Agent } from './types'

const Frame = ({ name, children }: { name: ReactNode; children: ReactNode }) => (
  <div className="mx-auto max-w-[1480px] px-4 pb-10 md:px-6">
    <Breadcrumb
      trail={[
        <Link key="ai-heartbeats" to="/ai-heartbeats">
          AI heartbeats
        </Link>,
      ]}
      here={name}
    />
    {children}
  </div>
)

const TABS = ['overview', 'runs', 'incidents', 'report'] as const
/** Tab, range and page live in the address, so that each can be linked to. */
function useView() {
  const search = useSearch({ from: '/app/ai-heartbeats/$id' })
  const navigate = useNavigate({ from: '/ai-heartbeats/$id' })
  const go = (part: HeartbeatSearch) => void navigate({ search: { ...search, ...part }, resetScroll: false })
  return {
    tab: TABS.find((one) => one === search.tab) ?? 'overview',
    span: (search.range && search.range in spans ? search.range : '7d') as Span, // Safe: the line above it says so.
    page: search.page ?? 1,
    show: (tab: (typeof TABS)[number]) => go({ tab: tab === 'overview' ? undefined : tab, page: undefined }),
    pick: (range: Span) => go({ range }),
    turn: (page: number) => go({ page: page > 1 ? page : undefined }),
  }
}
type View = ReturnType<typeof useView>

function Overview({ agent, view }: { agent: Agent; view: View }) {
  return (
    <>
      <Banner agent={agent} />
      <div className="mt-4 grid gap-4 lg:grid-cols-[minmax(0,1fr)_var(--rail)]">
        <div className="min-w-0 space-y-4">
          {agent.problems.length > 0 && <ProblemsCard problems={agent.problems} />}
          {agent.last_run_at === null && <ReportCard agent={agent} />}
          {agent.last_run_at !== null && <ChartsCard agent={agent} span={view.span} onSpan={view.pick} />}
          {agent.last_run_at !== null && (
            <LatestRuns
              id={agent.id}
              more={() => (
                <button type="button" onClick={() => view.show('runs')} className="text-sm text-muted hover:text-fg">
                  View all
                </button>
              )}
            />
          )}
          <IncidentsCard id={agent.id} perPage={5} className="overflow-hidden" />
        </div>
        <Rail agent={agent} span={view.span} />
      </div>
    </>
  )
}

function Loaded({ agent }: { agent: Agent }) {
  const view = useView()
  return (
    <Frame name={agent.name}>
      <Head agent={agent} />
      <Tabs
        className="mt-4"
        value={view.tab}
        onChange={view.show}
        tabs={[
          { value: 'overview', label: 'Overview', panel: <Overview agent={agent} view={view} /> },
          { value: 'runs', label: 'Runs', panel: <RunsTab id={agent.id} page={view.page} onPage={view.turn} /> },
          {
            value: 'incidents',
            label: 'Incidents',
            panel: <IncidentsCard id={agent.id} perPage={25} className="mt-4 overflow-hidden" />,
          },
          {
            ...{ value: 'report', label: 'Report a run' },
            panel: (
              <div className="mt-4">
                <ReportCard agent={agent} />
              </div>
            ),
          },
        ]}
      />
    </Frame>
  )
}

export function AiHeartbeatDetail() {
  const { id } = useParams({ from: '/app/ai-heartbeats/$id' })
  const { data, error, refetch } = useQuery(agentQuery(id))
  useWatch([id])
  useTitle(data?.name)
  if (data) return <Loaded agent={data} />
  if (error)
    return (
      <Frame name="AI heartbeat">
        {error instanceof ApiError && error.status === 404 ? (
          <EmptyState
            heading="h1"
            title="This AI heartbeat does not exist"
            action={
              <Link to="/ai-heartbeats" className={buttonClass()}>
                Back to AI heartbeats
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
  return (
    <Frame name={<Skeleton className="w-24" />}>
      <Skeleton className="h-8 w-64" />
      <Skeleton className="mt-2 h-4 w-80 max-w-full" />
      <Skeleton className="mt-8 h-96 w-full rounded-lg" />
    </Frame>
  )
}
