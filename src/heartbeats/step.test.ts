import { describe, expect, test } from 'bun:test'
import type { Flip, Job, Signal, State } from '#heartbeats/define'
import { armed, excused, newState, paused, resumed, step } from '#heartbeats/step'
import { toolsOf } from '#heartbeats/tools'

const START = Date.parse('2026-05-04T00:00:00Z')
const s = (seconds: number) => START + seconds * 1_000
const job = (more: Partial<Job> = {}): Job => ({
  ...{ kind: 'job', schedule: { kind: 'interval', every_s: 3_600, timezone: 'UTC' }, grace_s: 300, max_runtime_s: 600 },
  ...{
    min_interval_s: null,
    per_day: null,
    failures: 1,
    manual_resume: false,
    watch_duration: false,
    numbers: [],
    ai: null,
  },
  ...more,
})

const shortly = ({ from, to, at, reason }: Flip): (string | number | null)[] => [from, to, (at - START) / 1_000, reason]

/** Sends signals to a heartbeat, each at its second, and lets silence speak exactly when it is due. */
function play(what: Job, signals: [at_s: number, kind: Signal['kind'], more?: Partial<Signal>][], until_s?: number) {
  const tools = toolsOf(what)
  let state = newState(START)
  const flips: Flip[] = []
  const take = (signal: Signal) => {
    const done = step(what, state, signal, tools)
    state = done.state
    flips.push(...done.flips)
    return done
  }
  const quietUntil = (at: number) => {
    while (state.alert_at !== null && state.alert_at < at) take({ kind: 'silence', at: state.alert_at })
  }
  for (const [at_s, kind, more] of signals) {
    quietUntil(s(at_s))
    take({ kind, at: s(at_s), ...more })
  }
  if (until_s !== undefined) quietUntil(s(until_s) + 1)
  return { state, flips: flips.map(shortly) }
}

describe('a heartbeat', () => {
  test('expects nothing before its first ping', () => {
    expect(play(job(), [], 1e6).state).toMatchObject({ status: 'new', alert_at: null })
  })
  test('with a run under way is not missed, although its deadline is the end of a counted day', () => {
    const nightly = job({
      schedule: { kind: 'cron', cron: '0 23 * * *', timezone: 'UTC' },
      ...{ grace_s: 3_600, max_runtime_s: 7_200, per_day: { min: 1 } },
    })
    const { flips, state } = play(nightly, [
      [100, 'success'],
      [84_600, 'start'],
      [88_000, 'success'],
    ])
    expect(flips).toEqual([['new', 'up', 100, null]])
    expect(state.day).toMatchObject({ date: '2026-05-05', runs: 1 })
  })
  test('is down exactly when the grace after the expected time is over, and up again with the next ping', () => {
    const { flips } = play(job(), [
      [0, 'success'],
      [10_000, 'success'],
    ])
    expect(flips).toEqual([
      ['new', 'up', 0, null],
      ['up', 'down', 3_900, 'missed'],
      ['down', 'up', 10_000, null],
    ])
  })
  test('is down at once when it reports a failure, and says so once', () => {
    const { flips, state } = play(job(), [
      [0, 'fail', { exit_code: 3, message: 'disk full' }],
      [10, 'fail'],
    ])
    expect(flips).toEqual([['new', 'down', 0, 'failed']])
    expect(state.message).toBe('The job ended with exit code 3: disk full')
  })
  test('is down after so many failures in a row as are allowed; one good run forgets them', () => {
    const { flips } = play(job({ failures: 3 }), [
      [0, 'fail'],
      [10, 'fail'],
      [20, 'success'],
      [30, 'fail'],
      [40, 'fail'],
      [50, 'fail'],
    ])
    expect(flips).toEqual([
      ['new', 'up', 20, null],
      ['up', 'down', 50, 'failed'],
    ])
  })
  test('that misses its run is down however many failures are allowed', () => {
    expect(play(job({ failures: 3 }), [[0, 'success']], 4_000).flips.at(-1)).toEqual(['up', 'down', 3_900, 'missed'])
  })
  test('that started is timed by its run, not by its schedule', () => {
    const slow = job({ max_runtime_s: 7_200 })
    const { flips, state } = play(slow, [
      [0, 'success'],
      [3_600, 'start'],
      [9_000, 'success'],
    ])
    expect(flips).toEqual([['new', 'up', 0, null]])
    expect(state).toMatchObject({ last_duration_ms: 5_400_000, expected_at: s(12_600) })
  })
  test('that does not end is down at the limit of its run, also before it ever succeeded', () => {
    expect(play(job(), [[0, 'start']], 700).flips).toEqual([['new', 'down', 600, 'too_long']])
  })
  test('without a limit for its runs gives them the grace, as Healthchecks does', () => {
    expect(play(job({ max_runtime_s: null }), [[0, 'start']], 700).flips).toEqual([['new', 'down', 300, 'too_long']])
  })
  test('tells runs apart by their id', () => {
    const { state, flips } = play(job(), [
      [0, 'start', { rid: 'a' }],
      [100, 'start', { rid: 'b' }],
      [200, 'success', { rid: 'b' }],
    ])
    expect(state.runs).toEqual([{ rid: 'a', at: s(0) }])
    expect(state.last_duration_ms).toBe(100_000)
    expect(flips).toEqual([['new', 'up', 200, null]])
  })
  test('whose lost run is followed by others is still down for the lost one', () => {
    const { flips } = play(
      job(),
      [
        [0, 'start', { rid: 'a' }],
        [100, 'start', { rid: 'b' }],
        [200, 'success', { rid: 'b' }],
      ],
      700,
    )
    expect(flips.at(-1)).toEqual(['up', 'down', 600, 'too_long'])
  })
  test('a ping with an unknown id ends no run; one without an id ends all, for nobody knows which', () => {
    const two: [number, Signal['kind'], Partial<Signal>][] = [
      [0, 'start', { rid: 'a' }],
      [1, 'start', { rid: 'b' }],
    ]
    expect(play(job(), [...two, [2, 'success', { rid: 'c' }]]).state.runs).toHaveLength(2)
    expect(play(job(), [...two, [2, 'success']]).state.runs).toEqual([])
  })
  test('what it logs changes nothing but the count', () => {
    const before = play(job(), [[0, 'success']]).state
    expect(
      play(job(), [
        [0, 'success'],
        [5, 'log'],
      ]).state,
    ).toEqual({ ...before, pings: 2 })
  })
  test('that comes up does not fall for what began while it was down', () => {
    const { flips } = play(
      job(),
      [
        [0, 'fail'],
        [10, 'start', { rid: 'lost' }],
        [5_000, 'success', { rid: 'new' }],
      ],
      6_000,
    )
    expect(flips).toEqual([
      ['new', 'down', 0, 'failed'],
      ['down', 'up', 5_000, null],
    ])
  })
})

describe('more than a ping', () => {
  test('too often, until it keeps its distance again', () => {
    const often = job({ min_interval_s: 1_800 })
    const twice = play(often, [
      [0, 'success'],
      [60, 'success'],
    ])
    expect(twice.state.problems).toMatchObject([{ code: 'too_often', expected: 1_800, actual: 60, since: s(60) }])
    expect(
      play(often, [
        [0, 'success'],
        [60, 'success'],
        [3_600, 'success'],
      ]).state.problems,
    ).toEqual([])
  })
  test('too few on a whole day; the first day does not count', () => {
    const daily = job({
      schedule: { kind: 'interval', every_s: 86_400, timezone: 'UTC' },
      grace_s: 86_400,
      per_day: { min: 2 },
    })
    const one: [number, 'success'][] = [
      [3_600, 'success'],
      [90_000, 'success'],
    ]
    expect(play(daily, one, 86_500).state.problems).toEqual([])
    expect(play(daily, one, 172_801).state.problems).toMatchObject([{ code: 'too_few', expected: 2, actual: 1 }])
    const then: [number, 'success'][] = [...one, [176_400, 'success'], [180_000, 'success']]
    expect(play(daily, then, 259_201).state.problems).toEqual([])
  })
  test('too many on one day, until the next', () => {
    const few = job({ per_day: { max: 2 } })
    const three: [number, 'success'][] = [
      [0, 'success'],
      [60, 'success'],
      [120, 'success'],
    ]
    expect(play(few, three).state.problems).toMatchObject([{ code: 'too_many', actual: 3 }])
    expect(play(few, [...three, [86_460, 'success']]).state.problems).toEqual([])
  })
  test('a number out of its bounds, or missing', () => {
    const rows = job({ numbers: [{ name: 'rows', min: 1_000 }] })
    expect(play(rows, [[0, 'success', { numbers: { rows: 12 } }]]).state.problems).toMatchObject([
      { code: 'number', about: 'rows', actual: 12 },
    ])
    expect(play(rows, [[0, 'success']]).state.problems).toMatchObject([{ message: 'rows was not reported' }])
    expect(play(rows, [[0, 'success', { numbers: { rows: 1_000 } }]]).state.problems).toEqual([])
  })
  test('unusually long and unusually short', () => {
    const watched = job({ watch_duration: true })
    const runs = (last_s: number) =>
      Array.from({ length: 13 }, (_, i): [number, Signal['kind']][] => [
        [i * 3_600, 'start'],
        [i * 3_600 + (i === 12 ? last_s : 60 + (i % 3)), 'success'],
      ]).flat()
    expect(play(watched, runs(62)).state.problems).toEqual([])
    expect(play(watched, runs(500)).state.problems).toMatchObject([{ code: 'slow' }])
    expect(play(watched, runs(2)).state.problems).toMatchObject([{ code: 'fast' }])
  })
})

describe('pause', () => {
  const tools = toolsOf(job())
  const running = play(job(), [
    [0, 'success'],
    [10, 'start'],
  ]).state
  test('nothing is expected, and a ping ends it', () => {
    const resting = paused(job(), running, s(20), tools)
    expect(resting).toMatchObject({ status: 'paused', alert_at: null, runs: [] })
    const { state, flips } = step(job(), resting, { kind: 'success', at: s(1e6) }, tools)
    expect(state.status).toBe('up')
    expect(flips).toMatchObject([
      { from: 'paused', to: 'new' },
      { from: 'new', to: 'up' },
    ])
  })
  test('only a person ends it where that is asked for', () => {
    const manual = job({ manual_resume: true })
    const resting = paused(manual, running, s(20), tools)
    const { state, ping } = step(manual, resting, { kind: 'success', at: s(30) }, tools)
    expect(ping?.kind).toBe('ignored')
    expect(state).toEqual({ ...resting, pings: resting.pings + 1 })
    expect(resumed(manual, resting, s(40), tools)).toMatchObject({ status: 'new', alert_at: null })
  })
})

describe('time in which nobody could report', () => {
  const tools = toolsOf(job())
  const up = play(job(), [[0, 'success']]).state
  const excuse = (state: State, from: number, until: number) =>
    excused(job(), state, { from: s(from), until: s(until) }, tools)
  test('over the expected time gives one period more', () => {
    expect(excuse(up, 3_000, 3_700)).toMatchObject({ expected_at: s(7_300), alert_at: s(7_600) })
  })
  test('long before it changes nothing', () => {
    expect(excuse(up, 100, 3_000)).toEqual(up)
  })
  test('while a run was under way gives it its whole time again', () => {
    const running = play(job(), [[0, 'start']]).state
    expect(excuse(running, 100, 2_000)).toMatchObject({ alert_at: s(2_600) })
  })
  test('does not make it up that is down', () => {
    const down = play(job(), [[0, 'fail']]).state
    expect(excuse(down, 0, 5_000)).toEqual(down)
  })
})

/** Numbers that look random and are the same each time. */
function dice(seed: number) {
  let a = seed
  return (sides: number) => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % sides
  }
}
const kinds = ['success', 'success', 'start', 'start', 'fail', 'log'] as const
function story(seed: number): [number, Signal['kind'], Partial<Signal>][] {
  const roll = dice(seed)
  let at = 0
  return Array.from({ length: 40 }, () => {
    at += [1, 30, 200, 700, 3_600, 5_000][roll(6)] ?? 1
    const rid = [undefined, 'a', 'b', 'c'][roll(4)]
    return [at, kinds[roll(kinds.length)] ?? 'log', rid ? { rid } : {}]
  })
}

/** The same rules said in another way: what follows from the whole history, each time from the beginning. */
function told(history: [number, Signal['kind'], Partial<Signal>][], now: number) {
  const [PERIOD, GRACE, LIMIT] = [3_600, 300, 600]
  let open: { rid?: string; at: number }[] = []
  let last: number | undefined
  let [status, last_end] = ['new', Number.NaN]
  const quiet = (until: number) => {
    for (;;) {
      if (status === 'down') return
      const first = Math.min(...open.map(({ at }) => at + LIMIT))
      const missing = open.length > 0 || last === undefined ? Number.POSITIVE_INFINITY : last + PERIOD + GRACE
      if (Math.min(first, missing) >= until) return
      if (first < Number.POSITIVE_INFINITY) open = open.filter(({ at }) => at + LIMIT !== first)
      status = 'down'
    }
  }
  for (const [at, kind, { rid }] of history) {
    quiet(at)
    if (kind === 'log') continue
    if (status === 'down') open = open.filter((run) => run.at + LIMIT > at)
    if (kind === 'start') open = [...open.filter((run) => run.rid !== rid), { rid, at }]
    else {
      const own = open.some((run) => run.rid === rid)
      open = own ? open.filter((run) => run.rid !== rid) : rid === undefined ? [] : open
      ;[status, last, last_end] = [kind === 'fail' ? 'down' : 'up', at, at]
    }
  }
  quiet(now)
  return { status, open: open.length, last_end }
}

test('any interleaving of start, success, fail and log with ids leads to what the rules say of its whole history', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const signals = story(seed)
    for (let count = 1; count <= signals.length; count++) {
      const part = signals.slice(0, count)
      const [at] = part[count - 1]!
      const { state } = play(job(), part)
      const { status, open, last_end } = told(part, at)
      const ended = state.last_run_at === null ? Number.NaN : (state.last_run_at - START) / 1_000
      const found: (string | number)[] = [seed, count, state.status, state.runs.length, ended]
      expect(found).toEqual([seed, count, status, open, last_end])
      expect(state.pings).toBe(count)
    }
  }
})

test('when silence is looked at does not matter: only when it is due', () => {
  const what = job()
  const tools = toolsOf(what)
  for (let seed = 1; seed <= 200; seed++) {
    const roll = dice(seed)
    const signals = story(seed)
    const exact = play(what, signals)
    let state = newState(START)
    const flips: Flip[] = []
    for (const [at_s, kind, more] of signals) {
      // Looked at in between at any moment, and at the last one before the ping: nothing else may come of it.
      const looks = [s(at_s) - roll(4_000_000), s(at_s) - 1].sort((a, b) => a - b)
      for (const at of looks) {
        const done = step(what, state, { kind: 'silence', at }, tools)
        expect(step(what, done.state, { kind: 'silence', at }, tools)).toEqual({
          state: done.state,
          ping: null,
          runs: [],
          flips: [],
        })
        state = done.state
        flips.push(...done.flips)
      }
      const done = step(what, state, { kind, at: s(at_s), ...more }, tools)
      state = done.state
      flips.push(...done.flips)
    }
    expect(state).toEqual(exact.state)
    expect(flips.map(shortly)).toEqual(exact.flips)
    expect(armed(what, state, tools)).toEqual(state)
  }
})
