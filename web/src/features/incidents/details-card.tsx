import type { ReactNode } from 'react'
import { IncidentSubject, subjectName } from '@/parts/incident-subject'
import { severityLabel } from '@/parts/incident-words'
import type { Incident } from '@/types'
import { CopyButton } from '@/ui/bits'
import { Card, CardHead, Facts } from '@/ui/card'
import { duration } from '@/ui/format'
import { Glyph } from '@/ui/status'
import { At, Since } from '@/ui/time'
import { useSubjectOf } from './queries'

function SubjectFact({ incident }: { incident: Incident }) {
  const subject = useSubjectOf(incident)
  if (!incident.monitor_id && !incident.heartbeat_id) return <>{subjectName(incident)}</>
  return (
    <span className="inline-flex max-w-full items-center gap-1.5">
      {subject && (
        <>
          <Glyph status={subject.glyph} size={14} />
          <span className="sr-only">{subject.status}:</span>
        </>
      )}
      <IncidentSubject incident={incident} className="min-w-0 text-accent wrap-anywhere hover:underline">
        {subject?.name ?? subjectName(incident)}
      </IncidentSubject>
    </span>
  )
}

const FOUND_BY: Record<string, string> = {
  monitor: 'Monitor',
  heartbeat: 'Heartbeat',
  prober: 'Xinex, when its prober fell silent',
}

export function DetailsCard({ incident }: { incident: Incident }) {
  const { id, severity, status, source_type } = incident
  const { opened_at, acknowledged_at, acknowledged_by, resolved_at, resolved_by, duration_s } = incident
  const facts: [string, ReactNode][] = [['Severity', severityLabel[severity]]]
  if (subjectName(incident))
    facts.push([incident.heartbeat_name ? 'Heartbeat' : 'Monitor', <SubjectFact key="subject" incident={incident} />])
  facts.push(['Found by', FOUND_BY[source_type] ?? 'A person'])
  facts.push(['Opened', <At key="opened" at={opened_at} seconds />])
  if (acknowledged_at) facts.push(['Acknowledged', <At key="acknowledged" at={acknowledged_at} seconds />])
  if (acknowledged_by) facts.push(['Acknowledged by', acknowledged_by])
  if (resolved_at) facts.push(['Resolved', <At key="resolved" at={resolved_at} seconds />])
  if (resolved_by) facts.push(['Resolved by', resolved_by])
  facts.push([
    'Duration',
    status === 'resolved' ? (
      <span key="duration" className="tabular-nums">
        {duration(duration_s)}
      </span>
    ) : (
      <Since key="duration" at={opened_at} />
    ),
  ])
  facts.push([
    'ID',
    <span key="id" className="inline-flex max-w-full items-center gap-1 font-mono text-xs">
      <span className="truncate" title={id}>
        {id.slice(-12)}
      </span>
      <CopyButton text={id} label="Copy ID" className="-my-1.5" />
    </span>,
  ])
  return (
    <Card aria-labelledby="incident-details">
      <CardHead id="incident-details" title="Details" />
      <Facts facts={facts} />
    </Card>
  )
}
