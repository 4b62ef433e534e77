import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { Card, CardHead } from '@/ui/card'
import { cx } from '@/ui/cx'
import { plural, sentence } from '@/ui/format'
import { Skeleton } from '@/ui/states'
import { Glyph } from '@/ui/status'
import { useNow } from '@/ui/time'
import { lanesOf, type Window } from './calendar'
import { type Draft, previewOf } from './draft'
import { Legend } from './legend'
import { Days, Gaps, heightOf, Shifts } from './track'
import type { Timeline } from './types'
import { dateOf, dayAndMonth, daysAfter, instantOf, mondayOf, spanOf } from './zone'

const SETTLE_MS = 300
const WEEKS = 4

/** What is typed now, a moment after the last key. */
export function useSettled<T>(value: T): { settled: T; fresh: boolean } {
  const key = JSON.stringify(value)
  const [settled, set] = useState({ key, value })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says when the value is another one
  useEffect(() => {
    const timer = setTimeout(() => set({ key, value }), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [key])
  return { settled: settled.value, fresh: settled.key === key }
}

function weeksOf(zone: string, now: number): Window[] {
  const monday = mondayOf(dateOf(now, zone))
  return Array.from({ length: WEEKS }, (_, week) => {
    const days = Array.from({ length: 7 }, (_, day) => daysAfter(monday, week * 7 + day))
    const end = daysAfter(monday, week * 7 + 7)
    return { zone, days, from: instantOf(days[0] ?? monday, zone), to: instantOf(end, zone), step: 3_600_000 }
  })
}

/** Four lines of a week each: who would be on call. */
function Weeks({ timeline, weeks }: { timeline: Timeline; weeks: Window[] }) {
  return (
    <div className="px-3 py-3">
      {weeks.map((week) => {
        const shifts = timeline.shifts.filter(
          ({ from, to }) => Date.parse(from) < week.to && Date.parse(to) > week.from,
        )
        const gaps = timeline.gaps.filter(({ from, to }) => Date.parse(from) < week.to && Date.parse(to) > week.from)
        return (
          <div key={week.from} className="flex items-center gap-2">
            <span className="w-12 shrink-0 text-2xs text-subtle tabular-nums">{dayAndMonth(week.days[0] ?? '')}</span>
            <div
              className="relative min-w-0 flex-1 overflow-hidden border-x border-line"
              style={{ height: heightOf(lanesOf(shifts).lanes) }}
            >
              <Days window={week} />
              <Gaps gaps={gaps} window={week} />
              <Shifts shifts={shifts} window={week} />
            </div>
          </div>
        )
      })}
    </div>
  )
}

const SHOWN = 6
function Ahead({ timeline, zone, now }: { timeline: Timeline; zone: string; now: number }) {
  const ahead = timeline.shifts.filter(({ to }) => Date.parse(to) > now)
  const gaps = timeline.gaps.filter(({ to }) => Date.parse(to) > now)
  return (
    <>
      <p className="flex items-center gap-2 px-4 pb-2 text-sm">
        <Glyph status={gaps.length > 0 ? 'degraded' : 'up'} size={14} />
        {gaps.length > 0
          ? `Nobody is on call in ${plural(gaps.length, 'gap')}, the first ${spanOf(Date.parse(gaps[0]?.from ?? ''), Date.parse(gaps[0]?.to ?? ''), zone)}.`
          : 'Somebody is on call all the time.'}
      </p>
      <ol aria-label="Shifts ahead" className="border-t border-line px-4 py-2 text-xs">
        {ahead.slice(0, SHOWN).map((shift) => (
          <li key={`${shift.user_id} ${shift.from}`} className="flex justify-between gap-3 py-0.5">
            <span className="truncate">{shift.user_name}</span>
            <span className="shrink-0 text-subtle tabular-nums">
              {spanOf(Date.parse(shift.from), Date.parse(shift.to), zone)}
            </span>
          </li>
        ))}
      </ol>
    </>
  )
}

/** Who would be on call in the next four weeks, while the schedule is still being changed. */
export function PreviewCard({ draft, id }: { draft: Draft; id?: string }) {
  const now = useNow(60_000)
  const { settled, fresh } = useSettled({ ...previewOf(draft), ...(id && { id }) })
  const blank = settled.layers.length === 0
  const weeks = weeksOf(settled.timezone, now)
  const range = { from: weeks[0]?.from ?? now, to: weeks.at(-1)?.to ?? now }
  const { data, error, isFetching } = useQuery({
    queryKey: [...keys.schedules, 'preview', settled, range],
    retry: false,
    enabled: !blank && Number.isFinite(range.from),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const span = { from: new Date(range.from).toISOString(), to: new Date(range.to).toISOString() }
      return api.post<Timeline>('/schedules/preview', { ...settled, ...span }, { signal })
    },
  })
  return (
    <Card aria-labelledby="preview" className="h-fit overflow-hidden xl:sticky xl:top-4">
      <CardHead id="preview" title="Next four weeks" hint={settled.timezone} />
      {blank ? (
        <p className="px-4 py-3.5 text-sm text-muted">
          Here stands who is on call when, as soon as there is a layer with people.
        </p>
      ) : error && fresh ? (
        <p role="status" className="px-4 py-3.5 text-sm text-down">
          {sentence(Object.values(fieldsOf(error))[0] ?? error.message)}
        </p>
      ) : data ? (
        <div className={cx('transition-opacity', (!fresh || isFetching) && 'opacity-60')}>
          <Weeks timeline={data} weeks={weeks} />
          <Ahead timeline={data} zone={settled.timezone} now={now} />
          <Legend timeline={data} mayWrite={false} />
        </div>
      ) : (
        <Skeleton className="m-4 h-48" />
      )}
    </Card>
  )
}
