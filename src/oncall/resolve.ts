import type { ScheduleConfig } from '#contract/oncall'
import { type Exceptions, exceptionsOf, type OnCall } from '#oncall/exceptions'
import { peopleAt, type Span, spansOf, type Turns, turnsOf } from '#oncall/layers'
import { shownBy } from '#oncall/walls'

export type { OnCall } from '#oncall/exceptions'
/** One person's time on call; `from` and `to` are cut to what was asked for. */
export type Shift = OnCall & { from: number; to: number }
/** Between two changes of who is on call. */
export type Segment = { from: number; to: number; on: OnCall[] }
/** What a schedule said from one change of it to the next; null: it still does. */
export type Version = { config: ScheduleConfig; from: number; until: number | null }

/** A change that lies further ahead is not looked for. */
export const HORIZON = 400 * 86_400_000

const ready = ({ layers }: ScheduleConfig): Turns[] =>
  layers.map(turnsOf).sort((a, b) => b.layer.priority - a.layer.priority)

/** Of those that have somebody, the layers of the highest priority. `turns` are in the order of priority. */
function highest(turns: Turns[], usersOf: (index: number) => string[]): OnCall[] {
  const people: OnCall[] = []
  let priority: number | undefined
  for (const [index, { layer }] of turns.entries()) {
    if (priority !== undefined && layer.priority < priority) break
    const users = usersOf(index)
    if (users.length === 0) continue
    priority = layer.priority
    for (const user_id of users) people.push({ user_id, layer_id: layer.id, why: 'layer' })
  }
  return people
}

/** Who is on call at a moment, nobody twice, in the order of their ids. */
export function onCallAt(config: ScheduleConfig, at: number): OnCall[] {
  const turns = ready(config)
  const wall = shownBy(config.timezone, at)
  return exceptionsOf(config).at(at)(highest(turns, (index) => peopleAt(turns[index]!, wall)))
}

/** Of a layer: where it is, and what comes next. */
function walkOf(spans: Generator<Span>) {
  let next = spans.next()
  const nobody: string[] = []
  return {
    /** Moves on to a moment; those who are on call then. */
    users(at: number): string[] {
      while (!next.done && next.value.to <= at) next = spans.next()
      return next.done || next.value.from > at ? nobody : next.value.users
    },
    /** When that changes. */
    until: (at: number) => (next.done ? Infinity : next.value.from > at ? next.value.from : next.value.to),
  }
}

function exceptionWalk({ moments, at: holding }: Exceptions, from: number) {
  let index = moments.findIndex((moment) => moment > from)
  if (index < 0) index = moments.length
  let holds = holding(from)
  return {
    over(at: number, base: OnCall[]): OnCall[] {
      if ((moments[index] ?? Infinity) <= at) {
        while ((moments[index] ?? Infinity) <= at) index++
        holds = holding(at)
      }
      return holds(base)
    },
    until: () => moments[index] ?? Infinity,
  }
}

/** The time from one moment to another in parts in which nothing changes; neighbours may be alike. */
export function* segments(config: ScheduleConfig, from: number, to: number): Generator<Segment> {
  const turns = ready(config)
  const walks = turns.map((one) => walkOf(spansOf(one, config.timezone, from, to)))
  const exceptions = exceptionWalk(exceptionsOf(config), from)
  for (let at = from; at < to; ) {
    const now = at
    let until = to
    // Every layer moves on, also a covered one: what comes next has to be known of all.
    const users = walks.map((walk) => {
      const people = walk.users(now)
      until = Math.min(until, walk.until(now))
      return people
    })
    const on = exceptions.over(
      now,
      highest(turns, (index) => users[index]!),
    )
    until = Math.min(until, exceptions.until())
    yield { from: now, to: until, on }
    at = until
  }
}

const alike = (a: OnCall, b: OnCall) =>
  a.user_id === b.user_id && a.layer_id === b.layer_id && a.why === b.why && a.override_id === b.override_id

/** Parts into shifts: what goes on unchanged is one. Ordered by their beginning, then by person. */
function merged(parts: Iterable<Segment>): Shift[] {
  const all: Shift[] = []
  let open: Shift[] = []
  for (const { from, to, on } of parts) {
    const still: Shift[] = []
    for (const one of on) {
      const known = open.find((shift) => shift.to === from && alike(shift, one))
      if (known) known.to = to
      const shift = known ?? { ...one, from, to }
      if (!known) all.push(shift)
      still.push(shift)
    }
    open = still
  }
  return all
}

/** Who is on call from one moment to another: exactly what `onCallAt` answers at each moment in between. */
export const shifts = (config: ScheduleConfig, from: number, to: number): Shift[] => merged(segments(config, from, to))

/** Like `shifts`, through changes of the schedule: each time is shown as the schedule was then. */
export function timeline(versions: Version[], from: number, to: number): Shift[] {
  function* parts() {
    for (const { config, from: begins, until } of [...versions].sort((a, b) => a.from - b.from))
      yield* segments(config, Math.max(from, begins), Math.min(to, until ?? to))
  }
  return merged(parts())
}

const names = (on: OnCall[]) => on.map(({ user_id }) => user_id).join()

/** The first moment after one at which other people are on call; null if that does not come within 400 days. */
export function nextChange(config: ScheduleConfig, after: number): number | null {
  let before: string | undefined
  for (const { from, on } of segments(config, after, after + HORIZON)) {
    const now = names(on)
    if (before !== undefined && now !== before) return from
    before = now
  }
  return null
}

export type Standing = {
  /** Each until their time ends without a break; null: not within 400 days. */
  on: (OnCall & { until: number | null })[]
  next: { at: number; on: OnCall[] } | null
}

/** Who is on call at a moment, how long each of them, and who is next. */
export function standing(config: ScheduleConfig, at: number): Standing {
  const on: Standing['on'] = []
  let waiting: Standing['on'] = []
  let next: Standing['next'] = null
  for (const part of segments(config, at, at + HORIZON)) {
    if (part.from === at) {
      for (const one of part.on) on.push({ ...one, until: null })
      waiting = on
      continue
    }
    if (!next && names(part.on) !== names(on)) next = { at: part.from, on: part.on }
    waiting = waiting.filter((one) => {
      if (part.on.some(({ user_id }) => user_id === one.user_id)) return true
      one.until = part.from
      return false
    })
    if (next && waiting.length === 0) break
  }
  return { on, next }
}

/**
 * The schedule without people who are not there any more. Their turns stay empty, so that those of others do not move,
 * and a lower layer takes over then; what they were to do as an override does not happen.
 */
export function presentOnly(config: ScheduleConfig, present: (user_id: string) => boolean): ScheduleConfig {
  const kept = (one: string | string[]) => (typeof one === 'string' ? [one] : one).filter(present)
  return {
    ...config,
    layers: config.layers.map((layer) => ({ ...layer, participants: layer.participants.map(kept) })),
    overrides: config.overrides.filter(({ user_id }) => user_id === null || present(user_id)),
    temporary: config.temporary.map((one) => ({
      ...one,
      shifts: one.shifts.filter(({ user_id }) => present(user_id)),
    })),
  }
}
