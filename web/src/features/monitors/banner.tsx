import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { activeIncidentsQuery } from '@/parts/data'
import { HeldLine } from '@/parts/held'
import { useIncidentAction } from '@/parts/incident-actions'
import { useCan } from '@/session'
import type { Monitor, MonitorState } from '@/types'
import { Button, buttonClass } from '@/ui/button'
import { cx } from '@/ui/cx'
import { plural, sentence } from '@/ui/format'
import { Glyph } from '@/ui/status'
import { At } from '@/ui/time'
import { seenDown } from './region-words'
import { traitsOf } from './type-groups'

const TONE = {
  down: 'border-down-line bg-down-soft',
  degraded: 'border-degraded-line bg-degraded-soft',
  unknown: 'border-paused-line bg-paused-soft',
} as const

/** How sure we are, and what the server waits for. */
function Certainty({ state, monitor }: { state: MonitorState; monitor: Monitor }) {
  const { thresholds } = traitsOf(monitor.type)
  const threshold = monitor.alert_threshold
  // Said by people, or made of others: nothing was tried in a row. Places are counted each by itself.
  const counts = thresholds && state.regions.length < 2 && state.failures_in_a_row > 0
  if (state.status === 'unknown') return <>Our own side cannot reach it, so this counts neither as up nor as down.</>
  return (
    <>
      {state.since && (
        <>
          <At at={state.since} seconds />
          {counts && ' · '}
        </>
      )}
      {counts && `${plural(state.failures_in_a_row, 'failed check')} in a row`}
      {counts &&
        (state.incident_id ? '.' : `, ${threshold === 1 ? 'one is' : `${threshold} are`} enough for an incident.`)}
    </>
  )
}

function Respond({ incidentId }: { incidentId: string }) {
  const mayRespond = useCan('incidents:respond')
  const { data } = useQuery(activeIncidentsQuery)
  const { mutate, isPending } = useIncidentAction(incidentId)
  // Not among the loaded ones: acknowledging twice changes nothing, so offering it is harmless.
  const incident = data?.items.find(({ id }) => id === incidentId)
  return (
    <div className="flex w-full items-center gap-2 sm:w-auto">
      {incident?.status === 'acknowledged' ? (
        <span className="text-xs text-muted">
          Acknowledged{incident.acknowledged_by && ` by ${incident.acknowledged_by}`}
        </span>
      ) : (
        mayRespond && (
          <Button variant="primary" className="coarse:flex-1" busy={isPending} onClick={() => mutate('ack')}>
            Acknowledge
          </Button>
        )
      )}
      <Link to="/incidents/$id" params={{ id: incidentId }} className={buttonClass('secondary', 'md', 'coarse:flex-1')}>
        Open incident
      </Link>
    </div>
  )
}

/** What is wrong now, who is on it, and how to answer; nothing while nothing is wrong. */
export function TroubleBanner({ monitor, state }: { monitor: Monitor; state: MonitorState }) {
  const { status } = state
  if (status !== 'down' && status !== 'degraded' && status !== 'unknown') return null
  return (
    <section
      aria-label="Current problem"
      className={cx('mt-4 flex flex-wrap items-center gap-x-4 gap-y-3 rounded-lg border px-4 py-3', TONE[status])}
    >
      <Glyph status={status} size={20} />
      <div className="min-w-0 flex-1 basis-60">
        <p className="text-md font-medium wrap-anywhere first-letter:uppercase">{state.message ?? sentence(status)}</p>
        {status === 'down' && state.regions.length > 1 && <p className="text-xs">{seenDown(state.regions)}</p>}
        {state.held && (
          <p className="text-xs">
            <HeldLine held={state.held} />
          </p>
        )}
        <p className="text-xs text-muted">
          <Certainty state={state} monitor={monitor} />
        </p>
      </div>
      {state.incident_id && <Respond incidentId={state.incident_id} />}
    </section>
  )
}
