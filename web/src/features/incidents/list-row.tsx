import { Link } from '@tanstack/react-router'
import { HeldTag } from '@/parts/held'
import { IncidentButtons } from '@/parts/incident-buttons'
import { IncidentSubject, subjectName } from '@/parts/incident-subject'
import { glyphOf, incidentStatusLabel, severityLabel } from '@/parts/incident-words'
import type { Incident } from '@/types'
import { Avatar } from '@/ui/bits'
import { cx } from '@/ui/cx'
import { duration } from '@/ui/format'
import { Glyph, statusText } from '@/ui/status'
import { At, Since } from '@/ui/time'
import { standing } from './words'

const LAYOUT =
  'grid-cols-[auto_minmax(0,1fr)] md:grid-cols-[auto_minmax(0,1fr)_auto] lg:grid-cols-[auto_minmax(0,1fr)_124px_72px_208px_180px]'

/** Severity and what it is about, which is a link of its own above the one of the row. */
function About({ incident }: { incident: Incident }) {
  const { severity, message, title } = incident
  return (
    <div className="text-xs text-subtle md:truncate">
      <span className={cx(incident.status !== 'resolved' && severity === 'critical' && 'font-medium text-down')}>
        {severityLabel[severity]}
      </span>
      {subjectName(incident) && (
        <>
          {' · '}
          <IncidentSubject
            incident={incident}
            className="relative z-10 inline-block text-muted hover:text-fg hover:underline"
          />
        </>
      )}
      {message && message !== title && ` · ${message}`}
    </div>
  )
}

function Who({ incident }: { incident: Incident }) {
  const name = incident.status === 'acknowledged' ? incident.acknowledged_by : incident.resolved_by
  return (
    <span
      title={standing(incident)}
      className={cx(
        'flex min-w-0 items-center gap-2 text-xs',
        incident.status === 'open' ? cx('font-medium', statusText[glyphOf(incident)]) : 'text-muted',
      )}
    >
      {name && <Avatar name={name} size={20} />}
      <span className="truncate">{standing(incident)}</span>
    </span>
  )
}

/** Running while it lasts, and the whole length of it afterwards. */
const Lasting = ({ incident }: { incident: Incident }) =>
  incident.status === 'resolved' ? duration(incident.duration_s) : <Since at={incident.opened_at} />

export function IncidentRow({ incident, index }: { incident: Incident; index: number }) {
  return (
    <li
      data-row={index}
      className={cx(
        'relative grid items-center gap-x-4 gap-y-2 px-4 py-2.5 focus-within:bg-hover hover:bg-hover',
        LAYOUT,
      )}
    >
      <span className="self-start pt-0.5 md:self-center md:pt-0">
        <Glyph status={glyphOf(incident)} size={18} />
        <span className="sr-only">{incidentStatusLabel[incident.status]}</span>
      </span>
      <div className="min-w-0">
        <Link
          to="/incidents/$id"
          params={{ id: incident.id }}
          data-open
          title={incident.title}
          className="block text-md font-medium wrap-anywhere outline-offset-[-2px] after:absolute after:inset-0 md:truncate md:text-sm"
        >
          {incident.title}
        </Link>
        <About incident={incident} />
        {incident.held && incident.status !== 'resolved' && <HeldTag held={incident.held} className="mt-0.5" />}
        <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted lg:hidden">
          <span className="tabular-nums">
            <At at={incident.opened_at} />, {incident.status === 'resolved' ? 'lasted' : 'for'}{' '}
            <Lasting incident={incident} />
          </span>
          <Who incident={incident} />
        </div>
      </div>
      <span className="hidden text-sm text-muted tabular-nums lg:block">
        <At at={incident.opened_at} />
      </span>
      <span
        className={cx(
          'hidden text-right text-sm tabular-nums lg:block',
          incident.status === 'resolved' && 'text-muted',
        )}
      >
        <Lasting incident={incident} />
      </span>
      <span className="hidden min-w-0 lg:block">
        <Who incident={incident} />
      </span>
      <div className="relative z-10 max-md:col-start-2 empty:hidden">
        <IncidentButtons incident={incident} />
      </div>
    </li>
  )
}

/** Column names for eyes; screen readers hear a list of sentences. */
export const ListHead = () => (
  <div
    aria-hidden
    className={cx('hidden h-9 items-center gap-x-4 border-b border-line px-4 text-xs text-subtle lg:grid', LAYOUT)}
  >
    <span className="w-[18px]" />
    <span>Incident</span>
    <span>Opened</span>
    <span className="text-right">Duration</span>
    <span>Who</span>
    <span />
  </div>
)
