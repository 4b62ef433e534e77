/** What a drawn agent proves: how often a healthy one is complained of, and how soon a fault is found. */
import { type Alarm, drive } from './agents-drive'
import { type Agent, DAY, type Drawn, type Fault, gapAt, jobOf, lifeOf, rhythms, START, seeded } from './agents-world'

/** It learns for so long before something happens to it. */
const LEARNS_MS = 14 * DAY
/** The fault begins somewhere in the days after, so that all of it is within a month. */
const WITHIN_MS = 10 * DAY
/** What is not found until then is not found. */
const GIVEN_UP_MS = 45 * DAY

export const agentOf = (rhythm: keyof typeof rhythms, sigma: number, mood = 0): Agent => ({
  name: mood > 0 ? `${rhythm}, moody` : rhythm,
  every_min: rhythms[rhythm],
  sigma,
  // Once a day is at a time of the day; other gaps are as noisy as the rest.
  jitter: rhythm === 'daily' ? sigma / 20 : sigma,
  ...{ wild: 0.005, failing: 0.02, mood },
})

/** Alarms of a healthy agent in so many years: all of them false. */
export function healthy(agent: Agent, years: number, seed: number): Alarm[] {
  return drive({ job: jobOf(), life: lifeOf(agent, seed), until: START + years * 365 * DAY }).alarms
}

const shows: Record<Fault, (what: string) => boolean> = {
  slow: (what) => what === 'latency usual',
  dear: (what) => what === 'cost usual',
  fails: (what) => what === 'success_rate usual' || what === 'failed',
  stops: (what) => what === 'missed',
}

/** In usual gaps after the first run that was, or was to be, otherwise; that is, one less than runs. */
/** A fault at a random moment; nothing when it was not found. */
export function found(agent: Agent, kind: Fault, seed: number): number | undefined {
  const from = START + LEARNS_MS + seeded(seed ^ 0x5eed)() * WITHIN_MS
  let healthyRuns = 0
  function* watched(): Generator<Drawn> {
    for (const drawn of lifeOf(agent, seed, { kind, from })) {
      if ((drawn.run.started_at ?? drawn.at) < from) healthyRuns++
      yield drawn
    }
  }
  const until = START + GIVEN_UP_MS
  const enough = ({ at, what }: Alarm) => at >= from && shows[kind](what)
  const { alarms, expected_at } = drive({ job: jobOf(), life: watched(), until, enough })
  const alarm = alarms.find(enough)
  if (!alarm) return undefined
  if (kind !== 'stops') return alarm.runs - healthyRuns - 1
  const since = expected_at ?? alarm.at
  return (alarm.at - since) / gapAt(agent, since)
}
