import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { IncidentDetail, MonitorStatus, NotificationLogItem, Page } from '@/types'
import { Card, CardHead } from '@/ui/card'
import { cx } from '@/ui/cx'
import { plural, sentence } from '@/ui/format'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { Glyph } from '@/ui/status'
import { Ago } from '@/ui/time'
import { type Delivery, deliveriesOf } from './deliveries'
import { aboutOf } from './words'

const GLYPH: Record<Delivery['state'], MonitorStatus> = {
  sent: 'up',
  retrying: 'degraded',
  failed: 'down',
  suppressed: 'paused',
}

/** `Failed after 4 attempts`, `Sent`. */
function outcome({ state, attempt }: Delivery): string {
  if (state === 'sent') return attempt > 1 ? `Sent at attempt ${attempt}` : 'Sent'
  if (state === 'suppressed') return 'Not sent'
  if (state === 'retrying') return `Attempt ${attempt} failed, it is tried again`
  return attempt > 1 ? `Failed after ${plural(attempt, 'attempt')}` : 'Failed'
}

function Line({ delivery }: { delivery: Delivery }) {
  const { channel, event, state, words, at } = delivery
  const about = aboutOf(event)
  return (
    <li className="flex gap-2.5 px-4 py-2.5">
      <Glyph status={GLYPH[state]} className="mt-0.5" />
      <div className="min-w-0 flex-1 text-xs">
        <div className="flex gap-2">
          <span className="min-w-0 flex-1 text-sm font-medium wrap-anywhere">{channel}</span>
          <Ago at={at} className="shrink-0 leading-5 text-subtle" />
        </div>
        <div className={cx(state === 'failed' ? 'text-down' : state === 'retrying' ? 'text-degraded' : 'text-muted')}>
          {outcome(delivery)}
          {about && <span className="text-subtle"> · about {about}</span>}
        </div>
        {words && <div className="mt-0.5 text-subtle wrap-anywhere">{state === 'sent' ? words : sentence(words)}</div>}
      </div>
    </li>
  )
}

type Props = { incident: IncidentDetail; attempts: UseQueryResult<Page<NotificationLogItem>> }
/** Whom the incident reached, and why not. */
export function NotificationsCard({ incident, attempts: { data, error, refetch } }: Props) {
  const deliveries = data ? deliveriesOf(data.items, incident.timeline) : []
  return (
    <Card aria-labelledby="incident-notifications">
      <CardHead id="incident-notifications" title="Who was notified">
        <Link to="/channels" className="text-sm text-muted hover:text-fg">
          Channels
        </Link>
      </CardHead>
      {error && !data ? (
        <ErrorState error={error} retry={refetch} className="py-6" />
      ) : !data ? (
        <SkeletonRows rows={2} />
      ) : deliveries.length > 0 ? (
        <ul className="divide-y divide-line">
          {deliveries.map((delivery) => (
            <Line key={delivery.key} delivery={delivery} />
          ))}
        </ul>
      ) : (
        <p className="px-4 py-3.5 text-sm text-muted">Nobody was notified: no channel was set to hear of this.</p>
      )}
    </Card>
  )
}
