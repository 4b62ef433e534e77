import {
  AlarmClock,
  BellOff,
  BellRing,
  Check,
  ChevronRight,
  Eye,
  FileText,
  Flag,
  Layers,
  type LucideIcon,
  Merge,
  MessageSquare,
  Moon,
  Pencil,
  PhoneCall,
  RotateCcw,
  TriangleAlert,
  UserCheck,
} from 'lucide-react'
import { EvidenceView, hasEvidence } from '@/parts/evidence'
import { glyphOf } from '@/parts/incident-words'
import type { Incident, NotificationLogItem, Severity, TimelineEntry } from '@/types'
import { Avatar } from '@/ui/bits'
import { cx } from '@/ui/cx'
import { ms, sentence } from '@/ui/format'
import { Glyph } from '@/ui/status'
import { Ago, At } from '@/ui/time'
import { aboutOf, wordsOf } from './words'

const ICON: Partial<Record<TimelineEntry['kind'], LucideIcon>> = {
  created: Flag,
  acknowledged: Eye,
  resolved: Check,
  commented: MessageSquare,
  delivered: BellRing,
  delivery_failed: TriangleAlert,
  suppressed: BellOff,
  released: BellRing,
  alerted: PhoneCall,
  escalated: PhoneCall,
  ack_expired: AlarmClock,
  assigned: UserCheck,
  snoozed: Moon,
  unsnoozed: AlarmClock,
  grouped: Layers,
  merged: Merge,
  reopened: RotateCcw,
  updated: Pencil,
  postmortem: FileText,
}
/** A shape of its own for every kind; a person's initials where a person speaks. */
function Mark({ entry: { kind, actor_label }, severity }: { entry: TimelineEntry; severity: Severity }) {
  if (kind === 'commented' && actor_label) return <Avatar name={actor_label} size={24} />
  const Icon = ICON[kind]
  if (!Icon) return <Glyph status={kind === 'recovered' ? 'up' : glyphOf({ status: 'open', severity })} size={20} />
  const tone = kind === 'delivery_failed' ? 'border-down-line text-down' : 'border-line text-muted'
  return (
    <span className={cx('grid size-6 place-items-center rounded-full border bg-surface', tone)}>
      <Icon aria-hidden className="size-3.5" />
    </span>
  )
}

/** `Accepted with 200 · 3 ms · about the opening`. */
function Delivered({ entry, attempt }: { entry: TimelineEntry; attempt: NotificationLogItem | undefined }) {
  const about = aboutOf(entry.data?.event)
  const parts = [
    attempt?.answer,
    attempt && attempt.attempt > 1 && `attempt ${attempt.attempt}`,
    attempt?.duration_ms != null && ms(attempt.duration_ms),
    about && `about ${about}`,
  ].filter(Boolean)
  if (parts.length === 0) return null
  return <p className="text-xs text-subtle wrap-anywhere">{parts.join(' · ')}</p>
}

/** What the check saw when the incident opened. Native disclosure: works by keyboard and finds text within. */
function Proof({ data }: { data: NonNullable<TimelineEntry['data']> }) {
  if (!hasEvidence(data)) return null
  return (
    <details open className="group mt-2.5 rounded-md border border-line">
      <summary className="flex h-9 cursor-pointer list-none items-center gap-1.5 rounded-md px-3 text-xs font-medium select-none hover:bg-hover coarse:h-11 [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="size-3.5 text-subtle transition-transform duration-(--fast) group-open:rotate-90"
        />
        Evidence
        <span className="font-normal text-subtle">What the check saw</span>
      </summary>
      <div className="border-t border-line">
        <EvidenceView phases={data.phases} evidence={data.evidence} />
      </div>
    </details>
  )
}

type Props = {
  entry: TimelineEntry
  incident: Pick<Incident, 'title' | 'severity'>
  attempt: NotificationLogItem | undefined
  last: boolean
}
export function Entry({ entry, incident, attempt, last }: Props) {
  const { kind, at, data } = entry
  const { title, text } = wordsOf(entry, incident.title)
  const routine = kind === 'delivered' || kind === 'suppressed' || kind === 'released'
  const reason = kind === 'delivery_failed' || kind === 'suppressed' || kind === 'released'
  return (
    <li className="relative grid grid-cols-[24px_minmax(0,1fr)] gap-x-3 pb-5">
      {!last && <span aria-hidden className="absolute top-7 bottom-1 left-3 w-px -translate-x-1/2 bg-line" />}
      <span className="grid size-6 place-items-center">
        <Mark entry={entry} severity={incident.severity} />
      </span>
      <div className="min-w-0">
        <div className="flex flex-wrap items-baseline gap-x-3 pt-0.5">
          <h3
            className={cx(
              'min-w-0 flex-1 basis-40 text-sm wrap-anywhere',
              routine && 'font-normal text-muted',
              kind === 'delivery_failed' && 'text-down',
            )}
          >
            {title}
          </h3>
          <span className="text-xs text-subtle tabular-nums">
            <Ago at={at} /> · <At at={at} seconds />
          </span>
        </div>
        {text && (
          <p
            className={cx(
              'whitespace-pre-line wrap-anywhere',
              kind === 'detected' && 'first-letter:uppercase',
              reason ? 'text-xs text-muted' : 'mt-0.5 text-sm',
            )}
          >
            {reason ? sentence(text) : text}
          </p>
        )}
        {(kind === 'delivered' || kind === 'delivery_failed') && <Delivered entry={entry} attempt={attempt} />}
        {kind === 'detected' && data && <Proof data={data} />}
      </div>
    </li>
  )
}
