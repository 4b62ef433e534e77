import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { incidentsQuery } from '@/parts/data'
import { EvidenceView, hasEvidence } from '@/parts/evidence'
import { IncidentRows } from '@/parts/incident-list'
import { useCan } from '@/session'
import type { Monitor, MonitorState } from '@/types'
import { Card, CardHead } from '@/ui/card'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { TroubleBanner } from './banner'
import { PhasesCard } from './phases-card'
import { PushAddress } from './push-address'
import { Rail } from './rail'
import { MembersCard } from './related-cards'
import { ReportCard } from './report-card'
import { ResponseCard } from './response-card'
import { traitsOf } from './type-groups'
import { UptimeCard } from './uptime-card'

function RecentIncidents({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(incidentsQuery({ monitor_id: id, per_page: 5 }))
  return (
    <Card aria-labelledby="incidents" className="overflow-hidden">
      <CardHead id="incidents" title="Incidents" hint={data && data.total > 0 ? `${data.total} in all` : undefined}>
        {data && data.total > data.items.length && (
          <Link
            to="/monitors/$id"
            params={{ id }}
            search={{ tab: 'incidents' }}
            className="text-sm text-muted hover:text-fg"
          >
            View all
          </Link>
        )}
      </CardHead>
      {data ? (
        data.items.length > 0 ? (
          <IncidentRows incidents={data.items} />
        ) : (
          <p className="px-4 py-4 text-sm text-muted">No incident so far.</p>
        )
      ) : error ? (
        <ErrorState error={error} retry={refetch} className="py-8" />
      ) : (
        <SkeletonRows rows={3} />
      )}
    </Card>
  )
}

/** What was seen when it went wrong last; kept after it recovered. */
function LastFailure({ state }: { state: MonitorState }) {
  if (!hasEvidence({ evidence: state.evidence })) return null
  const now = state.status === 'down' || state.status === 'degraded'
  return (
    <Card aria-labelledby="evidence">
      <CardHead id="evidence" title="Evidence" hint={now ? 'of the current problem' : 'of the last change'}>
        <Link
          to="/monitors/$id"
          params={{ id: state.monitor_id }}
          search={{ tab: 'evidence' }}
          className="text-sm text-muted hover:text-fg"
        >
          View all
        </Link>
      </CardHead>
      <EvidenceView evidence={state.evidence} />
    </Card>
  )
}

/** What a type that nobody asks has in place of checks. */
function Reported({ monitor }: { monitor: Monitor }) {
  const mayWrite = useCan('monitors:write')
  if (monitor.type === 'push') return <PushAddress monitor={monitor} />
  if (monitor.type === 'group') return <MembersCard settings={monitor.settings} />
  return monitor.type === 'manual' && mayWrite ? <ReportCard monitor={monitor} /> : null
}

export function OverviewTab({ monitor, state }: { monitor: Monitor; state: MonitorState | undefined }) {
  const { asks } = traitsOf(monitor.type)
  return (
    <>
      {state && <TroubleBanner monitor={monitor} state={state} />}
      <div className="mt-4 grid gap-4 lg:grid-cols-[minmax(0,1fr)_var(--rail)]">
        <div className="min-w-0 space-y-4">
          <Reported monitor={monitor} />
          {(asks || monitor.type === 'push') && <ResponseCard monitor={monitor} />}
          {asks && <PhasesCard monitor={monitor} state={state} />}
          <UptimeCard id={monitor.id} />
          <RecentIncidents id={monitor.id} />
          {state && <LastFailure state={state} />}
        </div>
        <Rail monitor={monitor} state={state} />
      </div>
    </>
  )
}
