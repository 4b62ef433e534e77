import type { UseQueryResult } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import type { IncidentDetail, MonitorStatus, NotificationLogItem, Page } from '@/types'
import { cx } from '@/ui/cx'
import { plural, sentence } from '@/ui/format'
import { ErrorState } from '@/ui/states'
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

const COUNTED = { sent: 'sent', retrying: 'tried again', failed: 'failed', suppressed: 'not sent' } as const
/** `Messages: 5 sent, 1 failed`. */
function summary(deliveries: Delivery[]): string {
  const parts = (['sent', 'retrying', 'failed', 'suppressed'] as const).flatMap((state) => {
    const some = deliveries.filter((delivery) => delivery.state === state).length
    return some > 0 ? `${some} ${COUNTED[state]}` : []
  })
  return `Messages: ${parts.join(', ')}`
}

type Props = { incident: IncidentDetail; attempts: UseQueryResult<Page<NotificationLogItem>> }
/** Every message about the incident and what became of it; nothing where none was sent. */
export function Messages({ incident, attempts: { data, error, refetch } }: Props) {
  const deliveries = data ? deliveriesOf(data.items, incident.timeline) : []
  if (error && !data) return <ErrorState error={error} retry={refetch} title="The messages could not be loaded" />
  if (deliveries.length === 0) return null
  return (
    <details className="group border-t border-line">
      <summary className="flex min-h-11 cursor-pointer list-none items-center gap-1.5 px-4 text-sm hover:bg-hover [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 text-subtle group-open:rotate-90" />
        {summary(deliveries)}
      </summary>
      <ul aria-label="Messages" className="divide-y divide-line border-t border-line">
        {deliveries.map((delivery) => (
          <Line key={delivery.key} delivery={delivery} />
        ))}
      </ul>
    </details>
  )
}
