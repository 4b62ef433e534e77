import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { incidentsQuery } from '@/parts/data'
import { EvidencePanel } from '@/parts/evidence'
import { IncidentRows } from '@/parts/incident-list'
import { PhaseBar } from '@/parts/phases'
import type { Monitor, MonitorState } from '@/types'
import { Card, CardHead } from '@/ui/card'
import { ms } from '@/ui/format'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { Ago } from '@/ui/time'
import { TroubleBanner } from './banner'
import { Rail } from './rail'
import { ResponseCard } from './response-card'
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

function LastCheck({ state }: { state: MonitorState }) {
  if (!state.phases || !state.checked_at) return null
  return (
    <Card aria-labelledby="last-check">
      <CardHead
        id="last-check"
        title="Last check"
        hint={
          <>
            <Ago at={state.checked_at} />
            {state.response_time_ms !== null && `, ${ms(state.response_time_ms)}`}
          </>
        }
      />
      <div className="px-4 py-3.5">
        <PhaseBar phases={state.phases} />
      </div>
    </Card>
  )
}

/** What was seen when it went wrong last; kept after it recovered. */
function LastFailure({ state }: { state: MonitorState }) {
  if (!state.evidence || Object.keys(state.evidence).length === 0) return null
  const now = state.status === 'down' || state.status === 'degraded'
  return (
    <Card aria-labelledby="evidence">
      <CardHead id="evidence" title="Evidence" hint={now ? 'of the current problem' : 'of the last change'} />
      <EvidencePanel evidence={state.evidence} />
    </Card>
  )
}

export function OverviewTab({ monitor, state }: { monitor: Monitor; state: MonitorState | undefined }) {
  return (
    <>
      {state && <TroubleBanner monitor={monitor} state={state} />}
      <div className="mt-4 grid gap-4 lg:grid-cols-[minmax(0,1fr)_var(--rail)]">
        <div className="min-w-0 space-y-4">
          <ResponseCard monitor={monitor} />
          {state && <LastCheck state={state} />}
          <UptimeCard id={monitor.id} />
          <RecentIncidents id={monitor.id} />
          {state && <LastFailure state={state} />}
        </div>
        <Rail monitor={monitor} state={state} />
      </div>
    </>
  )
}
