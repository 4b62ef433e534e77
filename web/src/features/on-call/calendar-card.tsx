import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import type { ScheduleSearch } from '@/search'
import { useCan } from '@/session'
import { Card } from '@/ui/card'
import { ErrorState, Refreshing, Skeleton } from '@/ui/states'
import { useNow, useTimeZone } from '@/ui/time'
import { startOf, turn, windowName, windowOf } from './calendar'
import { CalendarHead } from './calendar-head'
import { Legend } from './legend'
import { type OverrideAsked, OverrideDialog } from './override-dialog'
import { timelineQuery } from './queries'
import { Rows } from './rows'
import type { Schedule } from './types'
import type { useOverrides } from './use-overrides'
import { dateOf } from './zone'

/** Who is, was and will be on call: a row for each layer, the overrides, and what comes of it. */
export function CalendarCard({
  schedule,
  overrides,
}: {
  schedule: Schedule
  overrides: ReturnType<typeof useOverrides>
}) {
  const search = useSearch({ from: '/app/on-call/schedules/$id' })
  const navigate = useNavigate({ from: '/on-call/schedules/$id' })
  const mayWrite = useCan('on_call:write')
  const { range = 'fortnight', from, zone: zoneChoice = 'schedule' } = search
  const zone = useTimeZone()
  const now = useNow(60_000)
  const today = dateOf(now, zone)
  // Only another day, range or zone is another window: not the passing of time.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `today` is what matters of `now`
  const window = useMemo(() => windowOf(range, from, zone, now), [range, from, zone, today])
  const { data, error, refetch, isPlaceholderData } = useQuery(timelineQuery(schedule.id, window.from, window.to))
  const [asked, ask] = useState<OverrideAsked | null>(null)
  const [said, say] = useState('')
  const atNow = window.days.includes(today)

  const show = (part: ScheduleSearch) =>
    void navigate({ search: (before: ScheduleSearch) => ({ ...before, ...part }), replace: true, resetScroll: false })
  const first = window.days[0] ?? today
  const onTurn = (by: 1 | -1 | 0) => {
    const next = by === 0 ? startOf(range, today) : turn(range, first, by)
    show({ from: next === startOf(range, today) ? undefined : next })
  }
  return (
    <Card aria-labelledby="calendar" className="overflow-hidden">
      <CalendarHead
        title={windowName(range, window)}
        {...{ zone, range, zoneChoice, atNow, onTurn }}
        onRange={(range) => show({ range: range === 'fortnight' ? undefined : range })}
        onZone={(zone) => show({ zone: zone === 'schedule' ? undefined : zone })}
      />
      <Refreshing when={isPlaceholderData} />
      {data ? (
        <Rows {...{ schedule, window, timeline: data, now, today, mayWrite, overrides, said, say }} onAsk={ask} />
      ) : error ? (
        <ErrorState error={error} retry={refetch} />
      ) : (
        <Skeleton className="m-4 h-40" />
      )}
      <Legend timeline={data} mayWrite={mayWrite} />
      {asked && (
        <OverrideDialog
          {...{ schedule, asked, zone, overrides }}
          onClose={() => {
            ask(null)
            overrides.save.reset()
          }}
          onDone={say}
        />
      )}
    </Card>
  )
}
