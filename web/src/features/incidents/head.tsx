import { BookOpen, Check, Eye } from 'lucide-react'
import { sentenceOf } from '@/api'
import { HeldLine } from '@/parts/held'
import { useIncidentAction } from '@/parts/incident-actions'
import { IncidentSubject, subjectName } from '@/parts/incident-subject'
import { glyphOf, incidentStatusLabel, severityLabel } from '@/parts/incident-words'
import { useCan } from '@/session'
import { useShortcuts } from '@/shell/shortcuts'
import type { Incident } from '@/types'
import { Button, buttonClass } from '@/ui/button'
import { cx } from '@/ui/cx'
import { duration, inWords, sentence } from '@/ui/format'
import { Glyph, Pill } from '@/ui/status'
import { Ago, At, Since } from '@/ui/time'
import { MoreActions } from './more-actions'
import { useSubjectOf } from './queries'
import { Standings } from './standings'

/** `Open for 6m 12s`, `Acknowledged lasting 14m`, `Resolved after 1h 02m`. */
const StatusPill = ({ incident }: { incident: Incident }) => (
  <Pill status={glyphOf(incident)}>
    {incidentStatusLabel[incident.status]}
    <span className="font-normal tabular-nums">
      {incident.status === 'resolved' ? (
        `after ${duration(incident.duration_s)}`
      ) : (
        <>
          {incident.status === 'open' ? 'for ' : 'lasting '}
          <Since at={incident.opened_at} />
        </>
      )}
    </span>
  </Pill>
)

/** The same two buttons in the head and, on phones, in the bar at the bottom. */
function Respond({ incident, className }: { incident: Incident; className?: string }) {
  const { mutate, isPending, variables, error } = useIncidentAction(incident.id)
  const open = incident.status === 'open'
  useShortcuts({ ...(open && { a: () => mutate('ack') }), r: () => mutate('resolve') })
  return (
    <div className={className}>
      {error && (
        <p role="alert" className="mb-2 text-xs text-down">
          {sentence(sentenceOf(error))}
        </p>
      )}
      <div className="flex gap-2">
        {open && (
          <Button
            variant="primary"
            className="max-md:min-h-[44px] max-md:flex-1"
            busy={isPending && variables === 'ack'}
            disabled={isPending}
            onClick={() => mutate('ack')}
          >
            <Eye />
            Acknowledge
          </Button>
        )}
        <Button
          className={cx('max-md:min-h-[44px]', !open && 'max-md:flex-1')}
          busy={isPending && variables === 'resolve'}
          disabled={isPending}
          onClick={() => mutate('resolve')}
        >
          <Check />
          Resolve
        </Button>
      </div>
    </div>
  )
}

const useMayRespond = ({ status }: Incident) => useCan('incidents:respond') && status !== 'resolved'

function Subline({ incident }: { incident: Incident }) {
  const { severity, opened_at } = incident
  return (
    <p className="mt-1 text-sm text-muted">
      {severityLabel[severity]}
      {subjectName(incident) && (
        <>
          {' · '}
          <IncidentSubject
            incident={incident}
            className="text-accent underline decoration-line-strong underline-offset-2 hover:decoration-current"
          />
        </>
      )}
      {' · '}opened <At at={opened_at} seconds />
    </p>
  )
}

export function DetailHead({ incident }: { incident: Incident }) {
  const mayRespond = useMayRespond(incident)
  const runbook = useSubjectOf(incident)?.runbook_url
  return (
    <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
      <div className="min-w-0 flex-1 basis-full md:basis-72">
        <div className="flex items-start gap-2">
          <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-1.5">
            <h1 className="min-w-0 text-2xl tracking-tight wrap-anywhere">{incident.title}</h1>
            <StatusPill incident={incident} />
          </div>
          <span className="md:hidden">
            <MoreActions incident={incident} />
          </span>
        </div>
        <Subline incident={incident} />
      </div>
      <div className="flex flex-wrap gap-2 print:hidden">
        {runbook && (
          <a href={runbook} target="_blank" rel="noreferrer" className={buttonClass()}>
            <BookOpen />
            Runbook
            <span className="sr-only"> (opens in a new tab)</span>
          </a>
        )}
        {mayRespond && <Respond incident={incident} className="max-md:hidden" />}
        <span className="max-md:hidden">
          <MoreActions incident={incident} />
        </span>
      </div>
    </div>
  )
}

/** Within reach of the thumb, above the tabs of the app. */
export function PhoneBar({ incident }: { incident: Incident }) {
  if (!useMayRespond(incident)) return null
  return (
    <div className="sticky bottom-0 z-20 print:hidden -mx-4 mt-auto border-t border-line bg-surface px-4 py-2.5 md:hidden">
      <Respond incident={incident} />
    </div>
  )
}

const TONE = {
  down: 'border-down-line bg-down-soft',
  degraded: 'border-degraded-line bg-degraded-soft',
  up: 'border-line bg-surface',
}

const FROM_ITSELF: Record<string, string> = {
  monitor: 'The monitor recovered',
  heartbeat: 'It runs as expected again',
  prober: 'The prober is back',
}

/** Who is on it, and what happens next by itself. */
function Next({ incident }: { incident: Incident }) {
  const { status, acknowledged_at, acknowledged_by, resolved_at, resolved_by, source_type } = incident
  const reminder = useSubjectOf(incident)?.reminder_interval_s
  if (status === 'resolved')
    return (
      <>
        {resolved_by ? `${resolved_by} resolved it` : (FROM_ITSELF[source_type] ?? 'Resolved')}{' '}
        {resolved_at && <Ago at={resolved_at} />}.
      </>
    )
  if (status === 'acknowledged')
    return (
      <>
        {acknowledged_by ?? 'Somebody'} acknowledged it {acknowledged_at && <Ago at={acknowledged_at} />}. No reminders
        are sent.
      </>
    )
  if (incident.held) return <HeldLine held={incident.held} />
  return (
    <>
      Nobody has acknowledged it yet.
      {reminder && ` A reminder goes out every ${inWords(reminder)} until somebody does.`}
    </>
  )
}

/** One sentence of what is wrong, one of who acts. */
export function Standing({ incident }: { incident: Incident }) {
  const glyph = glyphOf(incident)
  const tone = glyph === 'down' || glyph === 'degraded' ? glyph : 'up'
  return (
    <section aria-label="State" className={cx('mt-4 flex items-start gap-3 rounded-lg border px-4 py-3', TONE[tone])}>
      <Glyph status={glyph} size={20} className="mt-px" />
      <div className="min-w-0">
        {incident.message && (
          <p className="first-letter:uppercase text-md font-medium whitespace-pre-line wrap-anywhere">
            {incident.message}
          </p>
        )}
        <p className="text-sm text-muted">
          <Next incident={incident} />
        </p>
        <Standings incident={incident} />
      </div>
    </section>
  )
}
