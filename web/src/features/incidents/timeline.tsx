import { useCan } from '@/session'
import type { IncidentDetail, NotificationLogItem } from '@/types'
import { Card, CardHead } from '@/ui/card'
import { useTimeZone } from '@/ui/time'
import { CommentBox } from './comment-box'
import { Entry } from './timeline-entry'
import { deliveryOf } from './words'

type Props = { incident: IncidentDetail; attempts: readonly NotificationLogItem[] }

/** Everything that happened, oldest first, and a place to write what happens next. */
export function Timeline({ incident, attempts }: Props) {
  const zone = useTimeZone()
  const mayRespond = useCan('incidents:respond')
  // The newest attempt comes first and is the one that a delivery ended with.
  const attemptOf = (delivery: string | undefined) => attempts.find(({ delivery_id }) => delivery_id === delivery)
  return (
    <Card aria-labelledby="incident-timeline">
      <CardHead id="incident-timeline" title="Timeline" hint={`Oldest first, times in ${zone}`} />
      <ol className="px-4 pt-4">
        {incident.timeline.map((entry, index) => (
          <Entry
            key={entry.id}
            entry={entry}
            attempt={attemptOf(deliveryOf(entry))}
            incident={incident}
            last={index === incident.timeline.length - 1}
          />
        ))}
      </ol>
      {mayRespond && <CommentBox incident={incident} />}
    </Card>
  )
}
