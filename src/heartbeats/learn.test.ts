import { describe, expect, test } from 'bun:test'
import type { Job } from '#heartbeats/define'
import type { PastRun } from '#heartbeats/judge'
import { dueLearned, explain, lateWords, learn } from '#heartbeats/learn'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** A Monday, midnight in Berlin. */
const MONDAY = Date.parse('2026-06-01T00:00:00+02:00')
const at = (text: string) => Date.parse(`${text}:00+02:00`)

const job = (more: Partial<Job> = {}): Job => ({
  ...{ kind: 'ai', schedule: { kind: 'interval', every_s: 86_400, timezone: 'Europe/Berlin' }, grace_s: 60 },
  ...{ max_runtime_s: null, min_interval_s: null, per_day: null, failures: 3, manual_resume: false },
  ...{ watch_duration: false, numbers: [], ai: { mode: 'learned', budgets: {} } },
  ...more,
})
const run = (ended_at: number, more: Partial<PastRun> = {}): PastRun => ({
  ...{ status: 'ok', began_at: ended_at - 20_000, ended_at, duration_ms: 20_000, numbers: {} },
  ...more,
})
/** The same few deviations again and again: enough of a noise, and no chance. */
const NOISE = [0, 0.4, -0.7, 1.1, -0.2, -1.3, 0.8, 0.1, -0.5, 1.4, -0.9, 0.3, -0.1, 0.6, -1.1]
const noise = (i: number) => NOISE[i % NOISE.length] ?? 0

/** Ends of runs while `every` says a gap in minutes; nothing: it rests until the next hour. */
function ends(until: number, every: (hour: number) => number | undefined, jitter = 0.05): number[] {
  const found: number[] = []
  for (let time = MONDAY + 5 * MINUTE; time < until; ) {
    const gap = every(Math.floor((time - MONDAY) / HOUR) % 168)
    if (gap === undefined) time = (Math.floor(time / HOUR) + 1) * HOUR + Math.abs(noise(found.length)) * MINUTE
    else {
      found.push(time)
      time += gap * MINUTE * Math.exp(jitter * noise(found.length))
    }
  }
  return found
}
const learned = (times: number[], what = job()) =>
  learn(
    times.map((time) => run(time)),
    what,
    times.at(-1) ?? MONDAY,
  )
const minutes = (due: number | undefined, from: number) => Math.round(((due ?? Number.NaN) - from) / MINUTE)

describe('when an agent runs', () => {
  test('is not known before 50 runs or 7 days, and it says how far it is', () => {
    const model = learned(ends(MONDAY + 23 * HOUR, () => 60))
    expect(explain(model, job())).toEqual([`Learning: ${model.runs} of 50 runs`])
    expect(dueLearned(model, job(), MONDAY + DAY)).toBeNull()
    expect(explain(learn([], job(), MONDAY), job())).toEqual(['Learning: 0 of 50 runs'])
  })
  test('is known after 50 runs, however soon they came', () => {
    const times = ends(MONDAY + DAY, () => 10).slice(0, 50)
    const base = times.at(-1) ?? 0
    const due = dueLearned(learned(times), job(), base)
    expect(minutes(due?.expected_at, base)).toBeCloseTo(10, -1)
    expect(minutes(due?.deadline_at, base)).toBeLessThan(20)
  })
  test('is known after 7 days, of one that runs once a day', () => {
    const times = Array.from({ length: 8 }, (_, day) => MONDAY + day * DAY + 9 * HOUR + noise(day) * MINUTE)
    const model = learned(times)
    expect(explain(model, job())[0]).toBe('Usually once a day at about 09:00')
    const base = times.at(-1) ?? 0
    expect(minutes(dueLearned(model, job(), base)?.expected_at, base) / 60).toBeCloseTo(24, 0)
  })
  test('is told in words, and so is how late it is', () => {
    const times = ends(MONDAY + 28 * DAY, (hour) => (hour >= 120 ? 240 : 60))
    const model = learned(times)
    expect(explain(model, job())[0]).toBe('Usually every 57–63 min on weekdays, every 3.8–4.2 h at weekends')
    const wednesday = at('2026-06-24T10:30')
    const due = dueLearned(model, job(), wednesday)
    expect(minutes(due?.expected_at, wednesday)).toBeWithin(55, 66)
    expect(minutes(due?.deadline_at, wednesday)).toBeWithin(66, 100)
    expect(lateWords(model, job(), wednesday, (due?.expected_at ?? 0) + 3 * HOUR)).toBe(
      'This run is 3 h late; usually every 57–63 min on weekdays, every 3.8–4.2 h at weekends',
    )
    const saturday = at('2026-06-27T10:30')
    expect(minutes(dueLearned(model, job(), saturday)?.expected_at, saturday)).toBeWithin(220, 260)
  })
  test('of one that keeps working hours, nothing is expected at night or at weekends', () => {
    const works = (hour: number) => (hour < 120 && hour % 24 >= 9 && hour % 24 < 17 ? 30 : undefined)
    const model = learned(ends(MONDAY + 27 * DAY, works))
    expect(explain(model, job())[0]).toContain('hardly ever at night')
    expect(explain(model, job())[0]).toContain('hardly ever at weekends')
    const deadline = (base: string) => dueLearned(model, job(), at(base))?.deadline_at ?? 0
    expect(deadline('2026-06-24T11:00')).toBeWithin(at('2026-06-24T11:30'), at('2026-06-24T12:00'))
    expect(deadline('2026-06-24T16:50')).toBeWithin(at('2026-06-25T09:00'), at('2026-06-25T12:00'))
    expect(deadline('2026-06-26T16:50')).toBeWithin(at('2026-06-29T09:00'), at('2026-06-29T14:00'))
  })
  test('of one that keeps working hours, its first weekend is no alarm', () => {
    const works = (hour: number) => (hour < 120 && hour % 24 >= 9 && hour % 24 < 17 ? 30 : undefined)
    const times = ends(MONDAY + 5 * DAY, works)
    const due = dueLearned(learned(times), job(), times.at(-1) ?? 0)
    expect(due?.deadline_at).toBeGreaterThan(at('2026-06-08T09:05'))
    expect(due?.deadline_at).toBeLessThan(at('2026-06-09T09:05'))
  })
  test('follows the clocks of its time zone', () => {
    // Daily at 09:00 in Berlin, through the end of summer time on 25 October.
    const first = Date.parse('2026-09-01T09:00:00+02:00')
    const times = Array.from(
      { length: 70 },
      (_, day) => first + day * DAY + (day >= 54 ? HOUR : 0) + noise(day) * MINUTE,
    )
    expect(explain(learned(times.slice(40)), job())[0]).toBe('Usually once a day at about 09:00')
  })
  test('days off by its calendar do not count', () => {
    const off = job({ schedule: { ...job().schedule, only: { except: ['2026-06-24'] } } })
    const model = learned(
      ends(MONDAY + 22 * DAY, () => 60),
      off,
    )
    const deadline = dueLearned(model, off, at('2026-06-23T23:30'))?.deadline_at ?? 0
    expect(deadline).toBeWithin(at('2026-06-25T00:00'), at('2026-06-25T01:30'))
  })
  test('of runs in bursts, the time between the bursts counts', () => {
    const times = ends(MONDAY + 14 * DAY, () => 60).flatMap((time) =>
      [0, 10_000, 25_000, 33_000].map((more) => time + more),
    )
    const model = learned(times)
    expect(explain(model, job())[0]).toContain('about 4 runs at a time')
    const base = times.at(-1) ?? 0
    expect(minutes(dueLearned(model, job(), base)?.expected_at, base)).toBeWithin(50, 70)
  })
  test('of one that runs when something happens, no rhythm is found, and the schedule counts', () => {
    // Gaps of pure chance: the quantiles of the exponential distribution, shuffled.
    const gaps = Array.from({ length: 401 }, (_, i) => -Math.log(1 - (((i * 173) % 401) + 0.5) / 401) * HOUR)
    let time = MONDAY
    const model = learned(gaps.map((gap) => (time += gap)))
    expect(dueLearned(model, job(), time)).toBeNull()
    expect(explain(model, job())[0]).toBe(
      'No rhythm was found, it seems to run when something happens: the schedule counts',
    )
  })
  test('that has changed is learned anew, and until then the schedule counts', () => {
    const before = ends(MONDAY + 14 * DAY, () => 60)
    const after = Array.from({ length: 14 }, (_, i) => MONDAY + 14 * DAY + i * 5 * HOUR + noise(i) * MINUTE)
    const model = learned([...before, ...after])
    expect(explain(model, job())[0]).toBe('Its rhythm has changed and is learned anew: the schedule counts until then')
    const later = Array.from({ length: 60 }, (_, i) => MONDAY + 14 * DAY + i * 5 * HOUR + noise(i) * MINUTE)
    expect(explain(learned([...before, ...later]), job())[0]).toStartWith('Usually every 5')
  })
  test('an outage of a day does not make it more patient', () => {
    const times = ends(MONDAY + 28 * DAY, () => 60).filter(
      (time) => time < MONDAY + 16 * DAY || time > MONDAY + 17 * DAY,
    )
    const base = at('2026-06-25T10:00')
    const due = dueLearned(learned(times), job(), base)
    expect(minutes(due?.deadline_at, base)).toBeLessThan(100)
  })
  test('the grace is the least that is waited', () => {
    const model = learned(ends(MONDAY + 14 * DAY, () => 60))
    const patient = job({ grace_s: 7_200 })
    const due = dueLearned(model, patient, MONDAY + 14 * DAY)
    expect((due?.deadline_at ?? 0) - (due?.expected_at ?? 0)).toBe(7_200_000)
  })
})

describe('what a run takes', () => {
  const times = ends(MONDAY + 21 * DAY, () => 60)
  const past = (cost: (i: number) => number, status: (i: number) => PastRun['status'] = () => 'ok') =>
    times.map((time, i) =>
      run(time, { status: status(i), numbers: { cost_usd: cost(i) * Math.exp(0.2 * noise(i)), input_tokens: 5_000 } }),
    )
  const usual = (runs: PastRun[]) => explain(learn(runs, job(), times.at(-1) ?? 0), job())

  test('is told in words', () => {
    expect(usual(past(() => 0.031))).toEqual([
      'Usually every 57–63 min',
      'A run takes about 20 s (20 s to 20 s)',
      'A run costs about $0.031 (0.025–0.039)',
      'A run uses about 5,000 tokens (5,000–5,000)',
      'None of 404 runs failed',
    ])
  })
  test('failed runs do not spoil it', () => {
    const runs = past(
      (i) => (i % 4 === 0 ? 3 : 0.031),
      (i) => (i % 4 === 0 ? 'error' : 'ok'),
    )
    expect(usual(runs)).toContain('A run costs about $0.031 (0.025–0.039)')
    expect(usual(runs).at(-1)).toBe('About 25 in 100 runs fail')
  })
  test('a sudden change is not learned at once, but after two weeks it is what is usual', () => {
    const jumped = (since_days: number) =>
      past((i) => ((times[i] ?? 0) > MONDAY + (21 - since_days) * DAY ? 0.062 : 0.031))
    expect(usual(jumped(10))).toContain('A run costs about $0.031 (0.025–0.039)')
    expect(usual(jumped(16))).toContain('A run costs about $0.062 (0.05–0.077)')
  })
  test('slow drift is learned', () => {
    const [, , cost] = usual(past((i) => 0.03 * (1 + (0.3 * i) / times.length)))
    expect(cost).toMatch(/^A run costs about \$0\.03[45]/)
  })
  test('fits into 8 KB', () => {
    const runs = Array.from({ length: 2_000 }, (_, i) =>
      run(MONDAY + i * 20 * MINUTE * Math.exp(0.3 * noise(i)), {
        numbers: {
          cost_usd: 0.03 * Math.exp(noise(i)),
          input_tokens: 5_000 + i,
          output_bytes: 100 * (i % 17),
          quality_score: 0.8,
        },
      }),
    )
    expect(JSON.stringify(learn(runs, job(), MONDAY + 60 * DAY)).length).toBeLessThan(8_000)
  })
  test('nonsense does no harm', () => {
    const odd = [0, Number.MAX_SAFE_INTEGER, -5, 1e-12]
    const runs = times.map((_, i) =>
      run(MONDAY, { duration_ms: null, numbers: { cost_usd: odd[i % 4] ?? 0, quality_score: 7 } }),
    )
    const model = learn(runs, job(), MONDAY)
    expect(model.rhythm).toBeNull()
    expect(JSON.parse(JSON.stringify(model))).toEqual(model)
  })
})
