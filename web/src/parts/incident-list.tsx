import { Link } from '@tanstack/react-router'
import { Check } from 'lucide-react'
import type { Incident } from '@/types'
import { cx } from '@/ui/cx'
import { duration, sentence } from '@/ui/format'
import { Glyph } from '@/ui/status'
import { At, Since } from '@/ui/time'
import { HeldTag } from './held'
import { subjectName } from './incident-subject'
import { glyphOf, incidentStatusLabel, severityLabel } from './incident-words'

/** A running one counts up, a resolved one stands still. */
export const IncidentLength = ({ incident }: { incident: Pick<Incident, 'status' | 'opened_at' | 'duration_s'> }) =>
  incident.status === 'resolved' ? duration(incident.duration_s) : <Since at={incident.opened_at} />

const TONE: Record<Incident['status'], string> = {
  open: 'font-medium text-down',
  acknowledged: 'font-medium text-degraded',
  resolved: 'text-muted',
}

function Row({ incident, named }: { incident: Incident; named: boolean }) {
  const { status, title, message, severity } = incident
  const about = [
    severityLabel[severity],
    named && subjectName(incident),
    message && sentence(message).replace(/\.$/, ''),
  ]
    .filter(Boolean)
    .join(' · ')
  return (
    <li
      data-row={incident.id}
      className="relative grid grid-cols-[18px_minmax(0,1fr)_auto] items-center gap-x-3 px-4 py-2.5 hover:bg-hover md:grid-cols-[18px_minmax(0,1fr)_112px_80px_116px]"
    >
      <Glyph status={glyphOf(incident)} />
      <div className="min-w-0">
        <Link
          to="/incidents/$id"
          params={{ id: incident.id }}
          title={title}
          className="block truncate text-md font-medium outline-offset-[-2px] after:absolute after:inset-0 md:text-sm"
        >
          {title}
        </Link>
        <div className="truncate text-xs text-subtle" title={about}>
          {about}
        </div>
        {incident.held && status !== 'resolved' && <HeldTag held={incident.held} />}
        <div className="truncate text-xs text-subtle md:hidden">
          <At at={incident.opened_at} />
        </div>
      </div>
      <At at={incident.opened_at} className="hidden text-sm text-muted tabular-nums md:block" />
      <span className="hidden text-right text-sm tabular-nums md:block">
        <IncidentLength incident={incident} />
      </span>
      <span className={cx('flex items-center gap-1.5 text-xs md:text-sm', TONE[status])}>
        {status === 'resolved' && <Check aria-hidden className="size-3.5" />}
        <span className="max-md:hidden">{incidentStatusLabel[status]}</span>
        <span className="tabular-nums md:hidden">
          <IncidentLength incident={incident} />
        </span>
      </span>
    </li>
  )
}

/** `named`: say what each is about; not on its own page. */
export const IncidentRows = ({ incidents, named = false }: { incidents: readonly Incident[]; named?: boolean }) => (
  <ul className="divide-y divide-line">
    {incidents.map((incident) => (
      <Row key={incident.id} incident={incident} named={named} />
    ))}
  </ul>
)
