import { sentenceOf } from '@/api'
import { useCan } from '@/session'
import type { Incident } from '@/types'
import { Button } from '@/ui/button'
import { sentence } from '@/ui/format'
import { useIncidentAction } from './incident-actions'

/** Acknowledge and Resolve of one row; what the role may not do is not shown. */
export function IncidentButtons({ incident }: { incident: Pick<Incident, 'id' | 'status' | 'title'> }) {
  const mayRespond = useCan('incidents:respond')
  const { mutate, isPending, variables, error } = useIncidentAction(incident.id)
  if (!mayRespond || incident.status === 'resolved') return null
  return (
    <div className="w-full lg:w-auto">
      <div className="flex gap-2 lg:justify-end">
        {incident.status === 'open' && (
          <Button
            size="sm"
            variant="primary"
            className="coarse:flex-1"
            busy={isPending && variables === 'ack'}
            disabled={isPending}
            data-verb="ack"
            aria-label={`Acknowledge ${incident.title}`}
            onClick={() => mutate('ack')}
          >
            Acknowledge
          </Button>
        )}
        <Button
          size="sm"
          className={incident.status === 'acknowledged' ? 'coarse:flex-1' : undefined}
          busy={isPending && variables === 'resolve'}
          disabled={isPending}
          data-verb="resolve"
          aria-label={`Resolve ${incident.title}`}
          onClick={() => mutate('resolve')}
        >
          Resolve
        </Button>
      </div>
      {error && (
        <p role="alert" className="mt-1 text-xs text-down lg:text-right">
          {sentence(sentenceOf(error))}
        </p>
      )}
    </div>
  )
}
