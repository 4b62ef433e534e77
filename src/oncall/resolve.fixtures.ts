import type { Layer, Override, Restriction, Rotation, ScheduleConfig, Temporary, Weekday } from '#contract/oncall'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const at = (text: string) => Date.parse(text)
export const iso = (moment: number) => new Date(moment).toISOString()

export const layer = (more: Partial<Layer> = {}): Layer => ({
  ...{ id: 'one', name: 'One', priority: 1, rotation: 'weekly', length: 1, handoff_time: '09:00' },
  ...{ start_date: '2026-01-05', participants: ['ana', 'ben', 'cleo'], restrictions: [] },
  ...more,
})
export const config = (more: Partial<ScheduleConfig> = {}): ScheduleConfig => ({
  ...{ timezone: 'Europe/Berlin', layers: [layer()], overrides: [], temporary: [] },
  ...more,
})
export const override = (more: Partial<Override>): Override => ({
  ...{ id: 'o1', kind: 'replace', user_id: null, replaces: null },
  ...{ from: '2026-02-02T10:00:00.000Z', to: '2026-02-02T12:00:00.000Z' },
  ...more,
})

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function randomOf(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (n: number) => Math.floor(next() * n)
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!
  const some = <T>(most: number, make: (index: number) => T) =>
    Array.from({ length: below(most + 1) }, (_, i) => make(i))
  return { below, pick, some }
}
type Random = ReturnType<typeof randomOf>

const people = ['ana', 'ben', 'cleo', 'dov', 'eve']
const two = (n: number) => String(n).padStart(2, '0')
const timeIn = ({ below, pick }: Random) => `${two(below(24))}:${pick(['00', '30', '15', two(below(60))])}`
const rotations: Rotation[] = ['hourly', 'daily', 'weekly', 'monthly', 'custom']
const days: Weekday[] = [1, 2, 3, 4, 5, 6, 7]

function restrictionIn(random: Random): Restriction {
  const from = timeIn(random)
  return { days: days.filter(() => random.below(2) === 0), from, to: random.pick([from, timeIn(random), '00:00']) }
}

function layerIn(random: Random, index: number, near: number): Layer {
  const { below, pick, some } = random
  const rotation = pick(rotations)
  const date = (moment: number) => iso(moment).slice(0, 10)
  return {
    ...{ id: `layer${index}`, name: `Layer ${index}`, priority: below(3), rotation, handoff_time: timeIn(random) },
    length: 1 + below({ hourly: 12, daily: 3, weekly: 2, monthly: 2, custom: 40 }[rotation]),
    handoff_day: rotation === 'weekly' && below(2) === 0 ? pick(days) : null,
    start_date: date(near - below(70) * DAY + below(3) * DAY),
    end_date: below(4) === 0 ? date(near + below(4) * DAY) : null,
    participants: [pick(people), ...some(3, () => (below(4) === 0 ? [pick(people), pick(people)] : pick(people)))],
    restrictions: below(2) === 0 ? [] : some(3, () => restrictionIn(random)),
  }
}

function spanIn({ below }: Random, near: number) {
  const from = near + (below(96) - 24) * 30 * MINUTE
  return { from: iso(from), to: iso(from + (1 + below(40)) * 20 * MINUTE) }
}

/** Anything that a schedule can be, with something going on near a moment. */
export function configIn(random: Random, timezone: string, near: number): ScheduleConfig {
  const { below, pick, some } = random
  const overrideIn = (index: number): Override => {
    const kind = pick(['replace', 'add', 'remove'] as const)
    const replaces = kind === 'add' || (kind === 'replace' && below(5) === 0) ? null : pick(people)
    return {
      ...{ id: `o${index}`, kind, user_id: kind === 'remove' ? null : pick(people), replaces },
      ...spanIn(random, near),
    }
  }
  const temporaryIn = (index: number): Temporary => ({
    ...{ id: `t${index}`, name: 'Fair', ...spanIn(random, near) },
    shifts: some(3, () => ({ user_id: pick(people), ...spanIn(random, near) })),
  })
  return {
    timezone,
    layers: some(5, (index) => layerIn(random, index, near)),
    overrides: some(5, overrideIn),
    temporary: below(3) === 0 ? [temporaryIn(0)] : [],
  }
}
