/** Agents that nobody runs: their runs are drawn from a seed, so that what is learned can be held against what is true. */
import type { RunStatus } from '../src/contract/heartbeats'
import type { AiRun, Job } from '../src/heartbeats/define'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
/** A Monday. */
export const START = Date.parse('2026-01-05T00:00:00Z')

/** Numbers between 0 and 1 that follow from the seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
/** Normal numbers (Box and Muller). */
export const normals = (random: () => number) => () =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** How an agent is when it is well. */
export type Agent = {
  name: string
  /** Minutes between two runs at an hour of the week (0 is Monday, midnight, UTC); nothing: it rests until it may run. */
  every_min: (hour: number) => number | undefined
  /** Noise of cost, latency, tokens and output: the spread of their logarithms. */
  sigma: number
  /** The same of the time between two runs. */
  jitter: number
  /** Share of runs that take, cost or use ten times as much. */
  wild: number
  /** Share of runs that fail. */
  failing: number
  /** How much the level of one run is that of the run before: moods of a provider, 0 to 1. */
  mood: number
}
export const faults = ['slow', 'dear', 'fails', 'stops'] as const
export type Fault = (typeof faults)[number]
export type Drawn = { at: number; run: AiRun & { status: RunStatus } }

export const weekend = (hour: number) => hour >= 120
const workday = (hour: number) => !weekend(hour) && hour % 24 >= 9 && hour % 24 < 17
export const rhythms = {
  hourly: (hour: number) => (weekend(hour) ? 240 : 60),
  'every 15 min': (hour: number) => (weekend(hour) ? 60 : 15),
  'always hourly': () => 60,
  'working hours': (hour: number) => (workday(hour) ? 30 : undefined),
  daily: () => 1_440,
} satisfies Record<string, Agent['every_min']>

export const jobOf = (more: Partial<Job> = {}): Job => ({
  ...{ kind: 'ai', schedule: { kind: 'interval', every_s: 30 * 86_400, timezone: 'UTC' }, grace_s: 60 },
  ...{ max_runtime_s: null, min_interval_s: null, per_day: null, failures: 3, manual_resume: false },
  ...{ watch_duration: false, numbers: [], ai: { mode: 'learned', budgets: {} } },
  ...more,
})

const hourAt = (at: number) => Math.floor(((((at - START) % (7 * DAY)) + 7 * DAY) % (7 * DAY)) / HOUR)

/** When it may run again: the same moment, or the next hour in which it works. */
function awake({ every_min }: Agent, at: number): number {
  let then = at
  while (every_min(hourAt(then)) === undefined) then = (Math.floor(then / HOUR) + 1) * HOUR
  return then
}

/** Usual gap at this time. */
export const gapAt = (agent: Agent, at: number) => (agent.every_min(hourAt(at)) ?? 60) * 60_000

/** Draws the life of an agent, run after run; a fault from a moment on. It never ends unless it stops. */
export function* lifeOf(agent: Agent, seed: number, fault?: { kind: Fault; from: number }): Generator<Drawn> {
  const random = seeded(seed)
  const normal = normals(random)
  const { sigma, jitter, wild, failing, mood } = agent
  const moods = [0, 0, 0, 0]
  /** A factor around one. */
  const factor = (i: number) => {
    moods[i] = mood * (moods[i] ?? 0) + Math.sqrt(1 - mood ** 2) * normal()
    return Math.exp(sigma * moods[i]) * (random() < wild ? 10 : 1)
  }
  for (let at = awake(agent, START + random() * HOUR); ; ) {
    const began = awake(agent, at)
    const [slow, size, price, words] = [factor(0), factor(1), factor(2), factor(3)]
    const ill = (kind: Fault) => fault?.kind === kind && began >= fault.from
    if (ill('stops')) return
    const latency_ms = Math.round(20_000 * slow * (ill('slow') ? 2 : 1))
    const status = random() < (ill('fails') ? Math.max(0.2, failing) : failing) ? 'error' : 'ok'
    const numbers = {
      latency_ms,
      cost_usd: 0.03 * price * (ill('dear') ? 2 : 1),
      input_tokens: Math.round(5_000 * size),
      output_tokens: Math.round(800 * size),
      output_bytes: Math.round(4_000 * words),
      quality_score: Math.min(1, Math.max(0, 0.85 + 0.04 * normal())),
    }
    const ended = began + latency_ms
    yield { at: ended, run: { status, started_at: began, ended_at: ended, numbers } }
    // Two runs never overlap: what is late moves the next one.
    at = Math.max(ended + 1_000, began + gapAt(agent, began) * Math.exp(jitter * normal()))
  }
}
