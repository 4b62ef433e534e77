import { expect, test } from 'bun:test'
import { stacked } from './phase-data'

const at = (minute: number) => new Date(Date.UTC(2026, 10, 23, 0, minute)).toISOString()

test('each phase stands on the one before it, and the upper edge is the whole time', () => {
  const { steps, values, tops } = stacked([{ at: at(0), phases: { connect_ms: 5, dns_ms: 3, transfer_ms: 2 } }], 60)
  expect(steps.map(({ key }) => key)).toEqual(['dns_ms', 'connect_ms', 'transfer_ms'])
  expect(values).toEqual([[3], [5], [2]])
  expect(tops).toEqual([[3], [8], [10]])
})

test('a phase that only some answers had counts as nothing in the others', () => {
  const points = [
    { at: at(0), phases: { connect_ms: 5 } },
    { at: at(1), phases: { connect_ms: 4, tls_ms: 10 } },
  ]
  expect(stacked(points, 60).tops).toEqual([
    [5, 4],
    [5, 14],
  ])
})

test('time without an answer is a gap, and a hole in the data is one too', () => {
  const answered = { connect_ms: 5 }
  const { at: times, tops } = stacked(
    [
      { at: at(0), phases: answered },
      { at: at(1), phases: undefined },
      { at: at(30), phases: answered },
      { at: at(40), phases: answered },
    ],
    60,
  )
  expect(tops).toEqual([[5, null, null, 5, null, 5]])
  expect(times.every((time, i) => i === 0 || time > (times[i - 1] ?? 0))).toBe(true)
})

test('nothing measured draws nothing', () => {
  expect(stacked([{ at: at(0), phases: undefined }], 60).steps).toEqual([])
})
