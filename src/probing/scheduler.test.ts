import { expect, test } from 'bun:test'
import { afterGap, phaseOf, slotAfter } from '#probing/grid'
import { createHeap } from '#probing/heap'
import { createScheduler } from '#probing/scheduler'
import { createTestClock } from '../../test/clock'

const START = Date.parse('2026-05-01T12:00:00.000Z')

/** A scheduler whose checks take `takes_ms` of the clock, and a log of their starts. */
function scheduled({ takes_ms = 0, in_flight = 2_000 } = {}) {
  const clock = createTestClock(START)
  const starts: { number: number; at: number }[] = []
  let running = 0
  let most = 0
  const gaps: { from: number; until: number }[] = []
  const scheduler = createScheduler({
    clock,
    in_flight,
    onGap: (gap) => gaps.push(gap),
    async run(number) {
      starts.push({ number, at: clock.now() })
      most = Math.max(most, ++running)
      if (takes_ms > 0) await new Promise<void>((done) => clock.after(takes_ms, done))
      running--
    },
  })
  const turn = () => new Promise((next) => setImmediate(next))
  return { clock, scheduler, starts, gaps, most: () => most, advance: (ms: number) => clock.advance(ms, turn) }
}
const entry = { interval_ms: 60_000, host: 'a', paced: false }

test('a thousand monitors are spread evenly over their interval', async () => {
  const { scheduler, starts, advance } = scheduled()
  for (let number = 1; number <= 1_000; number++) scheduler.set(number, entry)
  scheduler.start()
  await advance(60_000)
  expect(starts).toHaveLength(1_000)
  const perSecond = new Map<number, number>()
  for (const { at } of starts) {
    const second = Math.floor(at / 1_000)
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1)
  }
  expect(Math.max(...perSecond.values())).toBeLessThan((1_000 / 60) * 1.3)
  expect(scheduler.stats().p99_ms).toBeLessThan(25)
})

test('slots do not creep, and a restart takes them up where they were', () => {
  const first = slotAfter(7, 60_000, START)
  expect(slotAfter(7, 60_000, first)).toBe(first + 60_000)
  expect(slotAfter(7, 60_000, first + 86_400_000 - 1)).toBe(first + 86_400_000)
  expect(phaseOf(7, 60_000)).toBe(first % 60_000)
})

test('each monitor is checked once per interval, to the millisecond of its slot', async () => {
  const { scheduler, starts, advance } = scheduled()
  scheduler.set(3, entry)
  scheduler.start()
  await advance(600_000)
  expect(starts).toHaveLength(10)
  for (const { at } of starts) expect(at - slotAfter(3, 60_000, at - 1)).toBe(0)
})

test('a check that outlasts its interval skips slots and never runs twice at once', async () => {
  const { scheduler, starts, most, advance } = scheduled({ takes_ms: 130_000 })
  scheduler.set(3, entry)
  scheduler.start()
  await advance(600_000)
  expect(most()).toBe(1)
  expect(starts.length).toBeWithin(3, 5)
})

test('no more than four checks of a host run at once, and other hosts do not wait for it', async () => {
  const { scheduler, starts, most, advance } = scheduled({ takes_ms: 5_000 })
  for (let number = 1; number <= 20; number++) scheduler.set(number, entry, START + 100)
  scheduler.set(99, { ...entry, host: 'b' }, START + 101)
  scheduler.start()
  await advance(200)
  expect(starts).toHaveLength(5)
  expect(starts.at(-1)!.number).toBe(99)
  await advance(30_000)
  expect(most()).toBe(5)
  expect(new Set(starts.map(({ number }) => number)).size).toBe(21)
})

test('the bound over all hosts holds', async () => {
  const { scheduler, starts, most, advance } = scheduled({ takes_ms: 1_000, in_flight: 10 })
  for (let number = 1; number <= 50; number++) scheduler.set(number, { ...entry, host: `h${number}` }, START + 1)
  scheduler.start()
  await advance(6_000)
  expect(most()).toBe(10)
  expect(new Set(starts.map(({ number }) => number)).size).toBe(50)
})

test('TLS starts are kept apart', async () => {
  const { scheduler, starts, advance } = scheduled()
  for (let number = 1; number <= 100; number++)
    scheduler.set(number, { interval_ms: 60_000, host: `h${number}`, paced: true }, START + 50)
  scheduler.start()
  await advance(100)
  expect(starts.length).toBeLessThan(40)
  await advance(400)
  expect(new Set(starts.map(({ number }) => number)).size).toBe(100)
})

test('after a sleep the missed checks are spread over seconds, each made up once', async () => {
  const { clock, scheduler, starts, gaps, advance } = scheduled()
  for (let number = 1; number <= 600; number++) scheduler.set(number, entry)
  scheduler.start()
  await advance(60_000)
  const before = starts.length
  const asleep_from = clock.now()
  clock.sleep(300_000)
  expect(scheduler.asleepSince(asleep_from)).toBe(true)
  await advance(5_100)
  const woken = starts.slice(before)
  expect(gaps).toHaveLength(1)
  expect(new Set(woken.map(({ number }) => number)).size).toBeGreaterThan(590)
  const perTenth = new Map<number, number>()
  for (const { at } of woken) perTenth.set(Math.floor(at / 100), (perTenth.get(Math.floor(at / 100)) ?? 0) + 1)
  expect(Math.max(...perTenth.values())).toBeLessThan(25)
  expect(scheduler.asleepSince(clock.now())).toBe(false)
})

test('a wall clock set back does not stop the checks', async () => {
  const { clock, scheduler, starts, advance } = scheduled()
  scheduler.set(5, entry)
  scheduler.start()
  await advance(60_000)
  const before = starts.length
  clock.setWall(START - 7_200_000)
  await advance(7_200_000 / 100)
  expect(starts.length).toBeGreaterThan(before)
})

test('a check that runs while the wall clock is set back does not lose its monitor for that long', async () => {
  const { clock, scheduler, starts, advance } = scheduled({ takes_ms: 5_000 })
  scheduler.set(5, entry)
  scheduler.start()
  await advance(slotAfter(5, 60_000, START) - START + 500)
  expect(starts).toHaveLength(1)
  clock.setWall(START - 7_200_000)
  await advance(130_000)
  expect(starts.length).toBeGreaterThanOrEqual(3)
})

test('another look outside the grid comes when asked, then the grid goes on', async () => {
  const { scheduler, starts, advance, clock } = scheduled()
  scheduler.set(3, entry)
  scheduler.start()
  await advance(60_000)
  scheduler.again(3, 5_000)
  const asked_at = clock.now()
  await advance(66_000)
  expect(starts[1]!.at).toBe(asked_at + 5_000)
  expect(starts[2]!.at).toBe(slotAfter(3, 60_000, starts[1]!.at))
})

test('what was removed is not checked, and its place is used again', async () => {
  const { scheduler, starts, advance } = scheduled()
  scheduler.set(1, entry)
  scheduler.set(2, entry)
  scheduler.start()
  scheduler.remove(1)
  scheduler.set(3, entry)
  await advance(60_000)
  expect(starts.map(({ number }) => number).sort()).toEqual([2, 3])
  expect(scheduler.stats().monitors).toBe(2)
})

test('a slot missed in a gap waits no longer than the gap, a sixth of the interval or five seconds', () => {
  for (let number = 0; number < 500; number++) {
    expect(afterGap(number, 60_000, START, 3_600_000) - START).toBeWithin(0, 5_001)
    expect(afterGap(number, 6_000, START, 3_600_000) - START).toBeWithin(0, 1_001)
    expect(afterGap(number, 60_000, START, 200) - START).toBeWithin(0, 201)
  }
})

test('the heap always knows the earliest, whatever is moved or removed', () => {
  const heap = createHeap()
  const due = new Map<number, number>()
  let seed = 1
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  for (let i = 0; i < 5_000; i++) {
    const slot = Math.floor(random() * 700)
    if (random() < 0.3) {
      heap.remove(slot)
      due.delete(slot)
    } else {
      const when = Math.floor(random() * 1e6)
      heap.set(slot, when)
      due.set(slot, when)
    }
    expect(heap.size()).toBe(due.size)
    if (due.size > 0) expect(heap.dueOf(heap.first())).toBe(Math.min(...due.values()))
  }
})
