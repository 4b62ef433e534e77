import type { Layer } from '#contract/oncall'
import { DAY } from '#kernel/wall'
import { type Pattern, partsAfter, patternOf, within } from '#oncall/restrictions'
import { dateOf, reachedInOrder, shownBy, timeOf, weekdayOf } from '#oncall/walls'

const HOUR = 3_600_000

/** A layer made ready: everything in wall time, so that changes of the clocks do not matter here. */
export type Turns = {
  layer: Layer
  /** Who takes turns; several at once are one turn. */
  people: string[][]
  from: number
  until: number
  /** The number of the shift that a wall time belongs to, from 0. */
  indexAt: (wall: number) => number
  /** When a shift begins. */
  beginOf: (index: number) => number
  pattern: Pattern | undefined
}
/** `users` are on call by one layer. */
export type Span = { from: number; to: number; users: string[] }

function monthly(start: number, time: number, length: number): Pick<Turns, 'indexAt' | 'beginOf'> {
  const first = new Date(start)
  const [month0, day] = [first.getUTCFullYear() * 12 + first.getUTCMonth(), first.getUTCDate()]
  const beginOf = (index: number) => {
    const month = month0 + index * length
    // Day 0 of the next month is the last one of this: the 31st becomes the 30th, or the 28th.
    const last = new Date(Date.UTC(2000, month - 24_000 + 1, 0)).getUTCDate()
    return Date.UTC(2000, month - 24_000, Math.min(day, last)) + time
  }
  const indexAt = (wall: number) => {
    const date = new Date(wall)
    const index = Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth() - month0) / length)
    return beginOf(index) > wall ? index - 1 : index
  }
  return { beginOf, indexAt }
}

function regular(start: number, unit: number): Pick<Turns, 'indexAt' | 'beginOf'> {
  return {
    beginOf: (index) => start + index * unit,
    indexAt: (wall) => Math.floor((wall - start) / unit),
  }
}

function shiftsOf({ rotation, length, handoff_day, handoff_time, start_date }: Layer) {
  const [start, time] = [dateOf(start_date), timeOf(handoff_time)]
  if (rotation === 'monthly') return monthly(start, time, length)
  if (rotation === 'daily') return regular(start + time, length * DAY)
  if (rotation !== 'weekly') return regular(start + time, length * HOUR)
  // Counted from the hand-off day on or before the start: the first shift may be a short one.
  const late = handoff_day ? (weekdayOf(start) - handoff_day + 7) % 7 : 0
  return regular(start - late * DAY + time, length * 7 * DAY)
}

export function turnsOf(layer: Layer): Turns {
  const lists = layer.participants.map((one) => (typeof one === 'string' ? [one] : one))
  const [first = []] = lists
  const alone = lists.every((list) => list.join() === first.join())
  return {
    layer,
    people: alone ? [first] : lists,
    from: dateOf(layer.start_date) + timeOf(layer.handoff_time),
    until: layer.end_date ? dateOf(layer.end_date) + DAY : Infinity,
    ...shiftsOf(layer),
    pattern: patternOf(layer.restrictions),
  }
}

/** Who is on call by this layer when the clock has reached a wall time. */
export function peopleAt({ people, from, until, indexAt, pattern }: Turns, wall: number): string[] {
  if (wall < from || wall >= until || (pattern && !within(pattern, wall))) return []
  return people[indexAt(wall) % people.length] ?? []
}

/** The shifts of a layer from a wall time on, restrictions not looked at. */
function* rotated({ people, from, until, indexAt, beginOf }: Turns, wall: number): Generator<Span> {
  const begin = Math.max(from, wall)
  if (begin >= until) return
  const [only = []] = people
  if (people.length < 2) yield { from: begin, to: until, users: only }
  else
    for (let index = indexAt(begin), at = begin; at < until; index++) {
      const to = Math.min(until, beginOf(index + 1))
      yield { from: at, to, users: people[index % people.length] ?? [] }
      at = to
    }
}

function* restricted(turns: Turns, wall: number): Generator<Span> {
  if (!turns.pattern) {
    yield* rotated(turns, wall)
    return
  }
  const parts = partsAfter(turns.pattern, Math.max(turns.from, wall))
  let part = parts.next()
  for (const { from, to, users } of rotated(turns, wall))
    while (!part.done && part.value[0] < to) {
      const [begins, ends] = part.value
      if (ends > from) yield { from: Math.max(from, begins), to: Math.min(to, ends), users }
      if (ends > to) break
      part = parts.next()
    }
}

/** When and who is on call by a layer between two moments, in order and apart; times when nobody is are left out. */
export function* spansOf(turns: Turns, timezone: string, from: number, to: number): Generator<Span> {
  const wall = shownBy(timezone, from)
  const reached = reachedInOrder(timezone, wall)
  for (const span of restricted(turns, wall)) {
    const begins = Math.max(from, reached(span.from))
    if (begins >= to) return
    // No clock is that far ahead: what may have no end is cut without asking.
    const ends = span.to > to + 2 * DAY ? to : Math.min(to, reached(span.to))
    if (begins < ends && span.users.length > 0) yield { from: begins, to: ends, users: span.users }
  }
}
