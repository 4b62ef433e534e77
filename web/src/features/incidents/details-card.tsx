import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { severityLabel } from '@/parts/incident-words'
import type { Incident } from '@/types'
import { CopyButton } from '@/ui/bits'
import { Card, CardHead, Facts } from '@/ui/card'
import { duration } from '@/ui/format'
import { Glyph, statusLabel } from '@/ui/status'
import { At, Since } from '@/ui/time'
import { useMonitorOf } from './queries'

function MonitorFact({ incident }: { incident: Incident }) {
  const monitor = useMonitorOf(incident)
  if (!incident.monitor_id) return <>{incident.monitor_name}</>
  return (
    <span className="inline-flex max-w-full items-center gap-1.5">
      {monitor && (
        <>
          <Glyph status={monitor.status} size={14} />
          <span className="sr-only">{statusLabel[monitor.status]}:</span>
        </>
      )}
      <Link
        to="/monitors/$id"
        params={{ id: incident.monitor_id }}
        className="min-w-0 text-accent wrap-anywhere hover:underline"
      >
        {monitor?.name ?? incident.monitor_name}
      </Link>
    </span>
  )
}

const FOUND_BY: Record<string, string> = { monitor: 'Monitor', prober: 'Xinex, when its prober fell silent' }

export function DetailsCard({ incident }: { incident: Incident }) {
  const { id, severity, status, source_type, monitor_name } = incident
  const { opened_at, acknowledged_at, acknowledged_by, resolved_at, resolved_by, duration_s } = incident
  const facts: [string, ReactNode][] = [['Severity', severityLabel[severity]]]
  if (monitor_name) facts.push(['Monitor', <MonitorFact key="monitor" incident={incident} />])
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
