import { useEffect, useMemo, useRef } from 'react'
import { useMe } from '@/session'
import { Button } from '@/ui/button'
import { at, placeOf, type Window, whoIn } from './calendar'
import { FinalRow } from './final-row'
import type { OverrideAsked } from './override-dialog'
import { OverrideRow } from './override-row'
import { usePeople } from './people'
import { DayNames, Days, Row, Shifts } from './track'
import type { Override, Schedule, Timeline } from './types'
import type { useOverrides } from './use-overrides'
import { type Range, usePick } from './use-pick'
import { spanOf } from './zone'

type Props = {
  schedule: Schedule
  window: Window
  timeline: Timeline
  now: number
  today: string
  mayWrite: boolean
  overrides: ReturnType<typeof useOverrides>
  onAsk: (asked: OverrideAsked) => void
  /** Read out, for those who do not see what has become of it. */
  said: string
  say: (words: string) => void
}

const covers = ({ from, to }: Override, moment: number) => Date.parse(from) <= moment && moment < Date.parse(to)
const inside = ({ from, to }: { from: string; to: string }, window: Window) =>
  Date.parse(from) < window.to && Date.parse(to) > window.from
const WIDTH = { 7: 'min-w-[560px]', 14: 'min-w-[860px]' } as Record<number, string>

/** Nobody of the past is called any more: a part that has begun is only overridden from now on. */
export const stillToCome = ({ from, to }: Range, now: number): Range | null =>
  to <= now ? null : { from: Math.max(from, Math.ceil(now / 60_000) * 60_000), to }

export function Rows({ schedule, window, timeline, now, today, mayWrite, overrides, onAsk, said, say }: Props) {
  const me = useMe().id
  const { nameOf } = usePeople()
  const scroller = useRef<HTMLDivElement>(null)
  const ordered = useMemo(() => {
    const priority = new Map(schedule.layers.map(({ id, priority }) => [id, priority]))
    return timeline.layers.toSorted((a, b) => (priority.get(b.id) ?? 0) - (priority.get(a.id) ?? 0))
  }, [schedule.layers, timeline.layers])
  const shown = schedule.overrides.filter((one) => inside(one, window))
  const temporary = schedule.temporary.filter((one) => inside(one, window))

  const askFor = (range: Range) => {
    const rest = stillToCome(range, now)
    if (!rest) return say('That time is over: the past cannot be changed.')
    const there = at(timeline.shifts, rest.from)
    const replaces = there.length === 1 ? (there[0]?.user_id ?? null) : null
    onAsk({ range: rest, replaces, user_id: replaces === me ? null : me })
  }
  const onEdit = (override: Override) =>
    onAsk({ override, range: { from: 0, to: 0 }, replaces: override.replaces, user_id: override.user_id })
  const onMove = (override: Override, to: Range) =>
    overrides.move(override, to, () => say(`Override moved to ${spanOf(to.from, to.to, window.zone)}.`))
  const pick = usePick(
    window,
    timeline,
    now,
    mayWrite
      ? {
          overrideAt: (moment) => schedule.overrides.findLast((one) => covers(one, moment)),
          onNew: askFor,
          ...{ onEdit, onMove },
          onRemove: (override) => overrides.drop(override, () => say('The override is removed.')),
        }
      : null,
    say,
  )
  // Phones show a part of it: the one with the present moment.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another window is opened
  useEffect(() => {
    const box = scroller.current
    if (box) box.scrollLeft = (box.scrollWidth * placeOf(window, now)) / 100 - box.clientWidth / 3
  }, [window])
  const { picked } = pick
  return (
    <>
      <div ref={scroller} className="overflow-x-auto">
        <div className={WIDTH[window.days.length] ?? 'min-w-[1040px]'}>
          <Row name={<span className="sr-only">Days</span>} className="border-t-0! bg-surface">
            <DayNames window={window} today={today} />
          </Row>
          {ordered.map(({ id, name, shifts }) => (
            <Row
              key={id}
              name={name}
              note={`Priority ${schedule.layers.find((one) => one.id === id)?.priority ?? '–'}`}
              className="bg-surface"
            >
              <Days window={window} />
              <Shifts shifts={shifts} window={window} muted />
            </Row>
          ))}
          {temporary.map(({ id, name, shifts, ...span }) => (
            <Row key={id} name={name} note="Temporary" className="bg-surface">
              <Days window={window} />
              <Shifts
                window={window}
                shifts={shifts.map((one) => ({
                  ...{ ...one, user_name: nameOf(one.user_id), layer_id: null, why: 'temporary' as const },
                }))}
              />
              <span className="sr-only">{spanOf(Date.parse(span.from), Date.parse(span.to), window.zone)}</span>
            </Row>
          ))}
          {shown.length > 0 && (
            <OverrideRow {...{ overrides: shown, window, nameOf, mayWrite, onEdit, onMove }} moved={pick.moved} />
          )}
          <FinalRow {...{ window, timeline, pick }} onPicked={mayWrite ? askFor : null} />
        </div>
      </div>
      <p role="status" className="sr-only">
        {said}
      </p>
      {picked && (
        <div className="flex flex-wrap items-center gap-2 border-t border-line bg-accent-soft px-4 py-2 text-sm">
          <span className="min-w-0 flex-1 basis-52">
            <b className="font-medium">{spanOf(picked.from, picked.to, window.zone)}</b>
            <span className="text-muted">{`: ${whoIn(timeline, picked.from, picked.to)}`}</span>
          </span>
          {mayWrite &&
            (picked.to > now ? (
              <Button size="sm" variant="primary" onClick={() => askFor(picked)}>
                Override…
              </Button>
            ) : (
              <span className="text-xs text-muted">This is over and cannot be changed.</span>
            ))}
          <Button size="sm" variant="ghost" onClick={() => pick.pick(null)}>
            Clear
          </Button>
        </div>
      )}
    </>
  )
}
