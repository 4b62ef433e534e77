import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { incidentsQuery } from '@/parts/data'
import { statusAt } from '@/parts/heartbeats'
import { useIncidentAction } from '@/parts/incident-actions'
import { useCan } from '@/session'
import { Button, buttonClass } from '@/ui/button'
import { cx } from '@/ui/cx'
import { sentence } from '@/ui/format'
import { Glyph } from '@/ui/status'
import { At, Until, useNow } from '@/ui/time'
import type { Agent } from './types'

function Respond({ id, status, by }: { id: string; status: string; by: string | null }) {
  const mayRespond = useCan('incidents:respond')
  const { mutate, isPending } = useIncidentAction(id)
  return (
    <div className="flex w-full items-center gap-2 sm:w-auto">
      {status === 'acknowledged' ? (
        <span className="text-xs text-muted">Acknowledged{by && ` by ${by}`}</span>
      ) : (
        mayRespond && (
          <Button variant="primary" className="coarse:flex-1" busy={isPending} onClick={() => mutate('ack')}>
            Acknowledge
          </Button>
        )
      )}
      <Link to="/incidents/$id" params={{ id }} className={buttonClass('secondary', 'md', 'coarse:flex-1')}>
        Open incident
      </Link>
    </div>
  )
}

/** That it is down or late, why, and how to answer; nothing while it comes as it should. */
export function Banner({ agent }: { agent: Agent }) {
  const status = statusAt(agent, useNow(1000))
  const { data } = useQuery({
    ...incidentsQuery({ heartbeat_id: agent.id, status: 'active', per_page: 5 }),
    enabled: status === 'down',
  })
  if (status !== 'down' && status !== 'late') return null
  const incident = data?.items[0]
  return (
    <section
      aria-label="Current problem"
      className={cx(
        'mt-4 flex flex-wrap items-center gap-x-4 gap-y-3 rounded-lg border px-4 py-3',
        status === 'down' ? 'border-down-line bg-down-soft' : 'border-degraded-line bg-degraded-soft',
      )}
    >
      <Glyph status={status === 'down' ? 'down' : 'degraded'} size={20} />
      <div className="min-w-0 flex-1 basis-60">
        <div className="text-md font-medium wrap-anywhere">
          {sentence(status === 'down' ? (agent.message ?? 'It is down') : 'The run that is expected has not come yet')}
        </div>
        <div className="mt-0.5 text-sm text-muted">
          {status === 'down' ? (
            <At at={agent.since} seconds />
          ) : (
            agent.deadline_at && (
              <>
                It counts as missed <Until at={agent.deadline_at} />.
              </>
            )
          )}
        </div>
      </div>
      {incident && <Respond id={incident.id} status={incident.status} by={incident.acknowledged_by} />}
    </section>
  )
}
