import type { Override, ScheduleConfig } from '#contract/oncall'

/** Who is on call, and why. */
export type OnCall = {
  user_id: string
  layer_id: string | null
  why: 'layer' | 'override' | 'temporary'
  override_id?: string
}

type Timed<T> = T & { begins: number; ends: number }
const timed = <T extends { from: string; to: string }>(one: T): Timed<T> => ({
  ...one,
  begins: Date.parse(one.from),
  ends: Date.parse(one.to),
})
const active = <T>(list: Timed<T>[], at: number) => list.filter(({ begins, ends }) => begins <= at && at < ends)

/** Overrides and temporary schedules, made ready. */
export type Exceptions = {
  /** When something begins or ends, in order. */
  moments: number[]
  /** What holds at a moment, until the next of `moments`. */
  at: (moment: number) => (base: OnCall[]) => OnCall[]
}

const who = (user_id: string, why: OnCall['why'], override_id?: string): OnCall => ({
  user_id,
  layer_id: null,
  why,
  ...(override_id === undefined ? {} : { override_id }),
})

/**
 * Overrides over those whom the layers name. As in GoAlert each looks at those of the layers and not at what another
 * override has made of them: one who stands in for somebody is not replaced in turn. Whoever is replaced or removed and is
 * not on call changes nothing; whoever is added is on call in any case.
 */
function overridden(overrides: Override[], base: OnCall[]): OnCall[] {
  const all = overrides.findLast(({ kind, replaces }) => kind === 'replace' && replaces === null)
  const people: OnCall[] = []
  if (all?.user_id) people.push(who(all.user_id, 'override', all.id))
  else
    for (const one of base) {
      const about = overrides.filter(({ kind, replaces }) => kind !== 'add' && replaces === one.user_id)
      const stands = about.findLast(({ kind }) => kind === 'replace')
      if (stands?.user_id) people.push(who(stands.user_id, 'override', stands.id))
      else if (about.length === 0) people.push(one)
    }
  for (const { kind, user_id, id } of overrides)
    if (kind === 'add' && user_id) people.push(who(user_id, 'override', id))
  return people
}

/** Nobody twice: the first reason counts. In the order of their ids. */
export function once(people: OnCall[]): OnCall[] {
  if (people.length < 2) return people
  const known = new Map<string, OnCall>()
  for (const one of people) if (!known.has(one.user_id)) known.set(one.user_id, one)
  return [...known.values()].sort((a, b) => (a.user_id < b.user_id ? -1 : 1))
}

export function exceptionsOf(config: Pick<ScheduleConfig, 'overrides' | 'temporary'>): Exceptions {
  const overrides = config.overrides.map(timed)
  const temporary = config.temporary.map((one) => ({ ...timed(one), shifts: one.shifts.map(timed) }))
  const spans = [...overrides, ...temporary, ...temporary.flatMap(({ shifts }) => shifts)]
  const moments = [...new Set(spans.flatMap(({ begins, ends }) => [begins, ends]))].sort((a, b) => a - b)
  return {
    moments,
    at(moment) {
      const covering = active(temporary, moment)
      if (covering.length > 0) {
        const shifts = covering.flatMap(({ id, shifts }) => active(shifts, moment).map((shift) => ({ id, shift })))
        const people = once(shifts.map(({ id, shift }) => who(shift.user_id, 'temporary', id)))
        return () => people
      }
      const now = active(overrides, moment)
      return now.length === 0 ? once : (base) => once(overridden(now, base))
    },
  }
}
