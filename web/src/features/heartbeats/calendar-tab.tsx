import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import type { Heartbeat, HeartbeatDay } from '@/types'
import { Button, IconButton } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { cx } from '@/ui/cx'
import { ErrorState, Refreshing, Skeleton } from '@/ui/states'
import { Glyph, statusText } from '@/ui/status'
import { useNow } from '@/ui/time'
import {
  boundsOf,
  dayName,
  dayWords,
  isMonth,
  kindGlyph,
  kindOf,
  leadOf,
  monthAfter,
  monthName,
  monthOf,
  todayIn,
} from './calendar'
import { CalendarDay } from './calendar-day'
import { calendarQuery } from './queries'

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

const cell = 'flex min-h-12 min-w-0 flex-col items-start gap-1 p-1.5 text-left sm:min-h-16 sm:p-2'

function Day({
  day,
  today,
  picked,
  onPick,
}: {
  day: HeartbeatDay
  today: string
  picked: boolean
  onPick: () => void
}) {
  const kind = kindOf(day)
  const glyph = kindGlyph[kind]
  const words = dayWords(day)
  return (
    <button
      type="button"
      aria-pressed={picked}
      onClick={onPick}
      className={cx(
        cell,
        '-outline-offset-2 hover:bg-hover',
        kind === 'off' ? 'bg-sunken' : 'bg-surface',
        picked && 'ring-2 ring-focus ring-inset',
      )}
    >
      <span className="sr-only">{`${dayName(day.date)}: ${words || 'nothing expected'}`}</span>
      <span aria-hidden className="flex w-full items-center justify-between gap-1">
        <span
          className={cx(
            'text-xs tabular-nums',
            day.date === today ? 'rounded-full bg-ink px-1.5 font-medium text-on-ink' : 'text-subtle',
          )}
        >
          {Number(day.date.slice(8))}
        </span>
        {glyph && <Glyph status={glyph} size={14} className="max-sm:hidden" />}
      </span>
      {glyph && <Glyph status={glyph} size={16} className="self-center sm:hidden" />}
      <span
        aria-hidden
        className={cx(
          'w-full truncate text-2xs tabular-nums max-sm:hidden',
          kind === 'missed' || kind === 'failed' ? cx('font-medium', glyph && statusText[glyph]) : 'text-subtle',
        )}
      >
        {words}
      </span>
    </button>
  )
}

/** A month of days, each with what was expected and what became of it. */
function Month({
  days,
  month,
  today,
  picked,
  onPick,
}: {
  days: readonly HeartbeatDay[]
  month: string
  today: string
  picked: string
  onPick: (date: string) => void
}) {
  return (
    <div className="grid grid-cols-7 gap-px border-b border-line bg-line">
      {WEEKDAYS.map((name) => (
        <div key={name} aria-hidden className="bg-surface px-1.5 py-1.5 text-2xs text-subtle sm:px-2">
          {name}
        </div>
      ))}
      {Array.from({ length: leadOf(month) }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cells before the first day are all the same
        <div key={i} aria-hidden className="bg-surface" />
      ))}
      {days.map((day) => (
        <Day key={day.date} day={day} today={today} picked={day.date === picked} onPick={() => onPick(day.date)} />
      ))}
      {Array.from({ length: (42 - leadOf(month) - days.length) % 7 }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cells after the last day are all the same
        <div key={i} aria-hidden className="bg-surface" />
      ))}
    </div>
  )
}

const LEGEND = [
  ['up', 'All as expected'],
  ['degraded', 'A run was missed'],
  ['down', 'A run failed'],
  ['pending', 'Still to come'],
] as const

/** Expected and real runs, day by day, in the time zone of the schedule. */
export function CalendarTab({ heartbeat }: { heartbeat: Heartbeat }) {
  const { id, schedule } = heartbeat
  const search = useSearch({ from: '/app/heartbeats/$id' })
  const navigate = useNavigate({ from: '/heartbeats/$id' })
  const today = todayIn(schedule.timezone, useNow(60_000))
  const month = isMonth(search.month) ? search.month : monthOf(today)
  const [picked, pick] = useState<string>()
  const { from, until } = boundsOf(month)
  const { data, error, refetch, isPlaceholderData } = useQuery(calendarQuery(id, from, until))
  const date = picked && monthOf(picked) === month ? picked : monthOf(today) === month ? today : from
  const day = data?.days.find((one) => one.date === date)
  const turn = (to: string) =>
    void navigate({
      search: { ...search, month: to === monthOf(today) ? undefined : to },
      replace: true,
      resetScroll: false,
    })
  return (
    <div className="mt-4 grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_var(--rail)]">
      <Card aria-labelledby="calendar" className="overflow-hidden">
        <CardHead id="calendar" title={monthName(month)} hint={schedule.timezone}>
          {month !== monthOf(today) && (
            <Button size="sm" onClick={() => turn(monthOf(today))}>
              Today
            </Button>
          )}
          <IconButton label="Previous month" onClick={() => turn(monthAfter(month, -1))}>
            <ChevronLeft />
          </IconButton>
          <IconButton label="Next month" onClick={() => turn(monthAfter(month, 1))}>
            <ChevronRight />
          </IconButton>
        </CardHead>
        <Refreshing when={isPlaceholderData} />
        {data && !(isPlaceholderData && data.days[0] && monthOf(data.days[0].date) !== month) ? (
          <Month days={data.days} month={month} today={today} picked={date} onPick={pick} />
        ) : error ? (
          <ErrorState error={error} retry={refetch} />
        ) : (
          <Skeleton className="m-4 h-80" />
        )}
        <ul className="flex flex-wrap gap-x-4 gap-y-1 px-4 py-2.5 text-xs text-subtle">
          {LEGEND.map(([glyph, text]) => (
            <li key={glyph} className="flex items-center gap-1.5">
              <Glyph status={glyph} size={13} />
              {text}
            </li>
          ))}
          <li className="flex items-center gap-1.5">
            <i aria-hidden className="size-3 rounded-xs bg-sunken ring-1 ring-line ring-inset" />
            Off
          </li>
        </ul>
      </Card>
      {day && <CalendarDay key={date} heartbeat={heartbeat} day={day} slots={data?.slots ?? []} />}
    </div>
  )
}
