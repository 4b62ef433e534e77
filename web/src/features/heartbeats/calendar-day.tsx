import { useQuery } from '@tanstack/react-query'
import type { Heartbeat, HeartbeatDay, HeartbeatSlot } from '@/types'
import { Card, CardHead } from '@/ui/card'
import { cx } from '@/ui/cx'
import { duration, ms } from '@/ui/format'
import { Glyph, statusText } from '@/ui/status'
import { dayName, dayWords, slotWords, todayIn } from './calendar'
import { runsQuery } from './queries'
import { runGlyph, runLabel } from './words'

const DAY_MS = 86_400_000
/** On the clocks of the schedule's zone: the days of the calendar are theirs. */
function clockIn(zone: string, at: string): string {
  const options = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone }).format(new Date(at))
  } catch {
    return `${at.slice(11, 19)} UTC`
  }
}

const row = 'grid grid-cols-[14px_minmax(0,1fr)_auto] items-center gap-x-2.5 px-4 py-2 text-sm'

function Slot({ slot, zone }: { slot: HeartbeatSlot; zone: string }) {
  const { expected_at, run_at, status } = slot
  const { word, glyph } = slotWords[status]
  const after = run_at && (Date.parse(run_at) - Date.parse(expected_at)) / 1000
  return (
    <li className={row}>
      <Glyph status={glyph} size={14} />
      <div className="min-w-0">
        <span className={cx(status === 'missed' || status === 'failed' ? statusText[glyph] : 'text-fg')}>{word}</span>
        {run_at && (
          <span className="block text-xs text-subtle tabular-nums">
            {clockIn(zone, run_at)}
            {typeof after === 'number' && after >= 1 && `, ${duration(after)} later`}
          </span>
        )}
      </div>
      <time dateTime={expected_at} className="text-xs text-muted tabular-nums">
        {clockIn(zone, expected_at).slice(0, 5)}
      </time>
    </li>
  )
}

/** An interval expects no time of day: what ran on it. */
function RunsOf({ id, date, zone }: { id: string; date: string; zone: string }) {
  const noon = Date.parse(`${date}T12:00:00Z`)
  // Wide enough for every zone; what is of another day is left out below.
  const query = { from: new Date(noon - 1.5 * DAY_MS), until: new Date(noon + 1.5 * DAY_MS) }
  const { data } = useQuery(
    runsQuery(id, { from: query.from.toISOString(), until: query.until.toISOString(), per_page: 100 }),
  )
  const runs = data?.items.filter(({ ended_at }) => todayIn(zone, Date.parse(ended_at)) === date) ?? []
  if (!data || runs.length === 0) return null
  return (
    <ul className="max-h-96 divide-y divide-line overflow-y-auto border-t border-line">
      {runs.map(({ ended_at, status, problems, duration_ms, rid }) => (
        <li key={`${ended_at} ${rid}`} className={row}>
          <Glyph status={runGlyph(status, problems.length)} size={14} />
          <span className="min-w-0">
            {runLabel[status]}
            {duration_ms !== null && <span className="text-subtle tabular-nums">, {ms(duration_ms)}</span>}
          </span>
          <time dateTime={ended_at} className="text-xs text-muted tabular-nums">
            {clockIn(zone, ended_at)}
          </time>
        </li>
      ))}
    </ul>
  )
}

/** One day of the calendar: each time at which a run was expected, and the run. */
export function CalendarDay({
  heartbeat: { id, schedule },
  day,
  slots,
}: {
  heartbeat: Heartbeat
  day: HeartbeatDay
  slots: readonly HeartbeatSlot[]
}) {
  const zone = schedule.timezone
  const own = slots.filter(({ expected_at }) => todayIn(zone, Date.parse(expected_at)) === day.date)
  return (
    <Card aria-labelledby="day" aria-live="polite" className="overflow-hidden">
      <CardHead id="day" title={dayName(day.date)} />
      <p className="px-4 py-3 text-sm text-muted">{dayWords(day) || 'Nothing was expected.'}</p>
      {own.length > 0 && (
        <ul className="max-h-96 divide-y divide-line overflow-y-auto border-t border-line">
          {own.map((slot) => (
            <Slot key={slot.expected_at} slot={slot} zone={zone} />
          ))}
        </ul>
      )}
      {own.length === 0 && day.expected > 0 && schedule.kind !== 'interval' && (
        <p className="px-4 pb-3 text-xs text-subtle">Only the last 1,000 times of a month are listed one by one.</p>
      )}
      {own.length === 0 && schedule.kind === 'interval' && <RunsOf id={id} date={day.date} zone={zone} />}
    </Card>
  )
}
