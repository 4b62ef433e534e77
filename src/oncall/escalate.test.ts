import { expect, test } from 'bun:test'
import type { Plan } from '#contract/oncall'
import { escalate, type Standing } from '#oncall/escalate'

const T0 = Date.parse('2026-11-23T03:00:00Z')
const plan = (delays: number[], more: Partial<Plan> = {}): Plan => ({
  steps: delays.map((delay_s, i) => ({ delay_s, targets: [{ type: 'user', id: `u${i}` }] })),
  repeat_count: 0,
  ack_timeout_s: null,
  on_empty: 'next',
  ...more,
})
const START: Standing = { step: -1, round: 0 }

/** Lives through a whole escalation in which nobody acknowledges. */
function live(given: Plan, reaches: (step: number, round: number) => boolean = () => true) {
  const fired: { step: number; round: number; at: number }[] = []
  let standing = START
  let now = T0
  let empty: Standing[] = []
  for (let moves = 0; moves < 1_000; moves++) {
    const round = (step: number) => standing.round + (step <= standing.step ? 1 : 0)
    const move = escalate(given, standing, now, (step) => reaches(step, round(step)))
    empty = [...empty, ...move.empty]
    if (move.kind === 'exhausted') return { fired, empty, ended: now, exhausted: true }
    fired.push({ step: move.step, round: move.round, at: now })
    standing = move
    if (move.next_at === null) return { fired, empty, ended: now, exhausted: true }
    now = move.next_at
  }
  throw new Error('It never ends')
}

test.each<[string, Plan, Standing, boolean[], ReturnType<typeof escalate>]>([
  [
    'the first step is taken at once, and the next one after its delay',
    plan([300, 60]),
    START,
    [true, true],
    { kind: 'step', step: 0, round: 0, next_at: T0 + 300_000, empty: [] },
  ],
  [
    'after the last step of the last round nothing is due',
    plan([300, 60]),
    { step: 0, round: 0 },
    [true, true],
    { kind: 'step', step: 1, round: 0, next_at: null, empty: [] },
  ],
  [
    'after the last step of another round the first comes again',
    plan([300, 60], { repeat_count: 1 }),
    { step: 1, round: 0 },
    [true, true],
    { kind: 'step', step: 0, round: 1, next_at: T0 + 300_000, empty: [] },
  ],
  [
    'a step that reaches nobody is passed at once',
    plan([300, 60, 30]),
    START,
    [false, true, true],
    { kind: 'step', step: 1, round: 0, next_at: T0 + 60_000, empty: [{ step: 0, round: 0 }] },
  ],
  [
    'or waited for, where the policy says so',
    plan([300, 60], { on_empty: 'wait' }),
    START,
    [false, true],
    { kind: 'step', step: 0, round: 0, next_at: T0 + 300_000, empty: [] },
  ],
  [
    'when no step reaches anybody, nobody is left, however many rounds are allowed',
    plan([300, 60], { repeat_count: 9 }),
    START,
    [false, false],
    {
      kind: 'exhausted',
      round: 0,
      empty: [
        { step: 0, round: 0 },
        { step: 1, round: 0 },
      ],
    },
  ],
  [
    'the empty end of a last round is the end',
    plan([300, 60]),
    { step: 0, round: 0 },
    [true, false],
    { kind: 'exhausted', round: 0, empty: [{ step: 1, round: 0 }] },
  ],
  [
    'the empty end of a round leads on to the next round',
    plan([300, 60], { repeat_count: 1 }),
    { step: 0, round: 0 },
    [true, false],
    { kind: 'step', step: 0, round: 1, next_at: T0 + 300_000, empty: [{ step: 1, round: 0 }] },
  ],
  ['a policy without steps calls nobody', plan([]), START, [], { kind: 'exhausted', round: 0, empty: [] }],
])('%s', (_, given, standing, reach, expected) => {
  expect(escalate(given, standing, T0, (step) => reach[step] ?? false)).toEqual(expected)
})

const numbers = (seed: number) => () => {
  seed = (seed * 48_271) % 2_147_483_647
  return seed
}

test('every step of every round fires, in order, never two at once, and the whole takes the sum of the delays', () => {
  const next = numbers(20_261_123)
  for (let i = 0; i < 300; i++) {
    const delays = Array.from({ length: 1 + (next() % 20) }, () => 30 + (next() % 86_371))
    const repeat_count = next() % 11
    const { fired, empty, ended } = live(plan(delays, { repeat_count }))
    const rounds = Array.from({ length: repeat_count + 1 }, (_, round) => delays.map((__, step) => ({ step, round })))
    expect(fired.map(({ step, round }) => ({ step, round }))).toEqual(rounds.flat())
    expect(new Set(fired.map(({ at }) => at)).size).toBe(fired.length)
    const sum = delays.reduce((a, b) => a + b, 0) * (repeat_count + 1) - (delays.at(-1) ?? 0)
    expect(ended - T0).toBe(sum * 1_000)
    expect(empty).toEqual([])
  }
})

test('empty steps cost no time, every other one fires, and each is told of once a round', () => {
  const next = numbers(7)
  for (let i = 0; i < 300; i++) {
    const delays = Array.from({ length: 1 + (next() % 8) }, () => 30 + (next() % 600))
    const reach = delays.map(() => next() % 3 > 0)
    const repeat_count = next() % 4
    const { fired, empty, ended } = live(plan(delays, { repeat_count }), (step) => reach[step] ?? false)
    const some = reach.includes(true)
    const all = Array.from({ length: repeat_count + 1 }, (_, round) =>
      delays.map((__, step) => ({ step, round })),
    ).flat()
    expect(fired.map(({ step, round }) => ({ step, round }))).toEqual(some ? all.filter(({ step }) => reach[step]) : [])
    expect(empty).toEqual(some ? all.filter(({ step }) => !reach[step]) : all.slice(0, delays.length))
    if (!some) continue
    const waits = fired.map(({ step }) => delays[step] ?? 0)
    // Whether the last that is reached is the last of all is not known before its time is up.
    const counted = reach.at(-1) ? waits.slice(0, -1) : waits
    expect(ended - T0).toBe(counted.reduce((a, b) => a + b, 0) * 1_000)
  }
})

test('who comes on call between two rounds is reached by the later one', () => {
  const { fired } = live(plan([60, 60], { repeat_count: 1 }), (step, round) => step === 0 || round === 1)
  expect(fired.map(({ step, round, at }) => [step, round, (at - T0) / 1_000])).toEqual([
    [0, 0, 0],
    [0, 1, 60],
    [1, 1, 120],
  ])
})

test('a policy that waits for empty steps takes exactly as long as one that reaches everybody', () => {
  const given = plan([300, 60, 900], { repeat_count: 2, on_empty: 'wait' })
  expect(live(given, () => false)).toEqual(live(given))
})
