import { expect, test } from 'bun:test'
import { anchorOf } from '#contract/anchors'
import { situations } from './situations'

test('every place that is suggested is one that can be asked', () => {
  const anchors = situations.flatMap(({ ideas }) => ideas.flatMap(({ anchor }) => anchor ?? []))
  expect(anchors.length).toBeGreaterThan(2)
  for (const anchor of anchors) expect([anchor, anchorOf(anchor)?.port]).toEqual([anchor, 53])
})

test('in a closed network nothing outside is suggested', () => {
  expect(situations.find(({ value }) => value === 'closed')?.ideas.some(({ anchor }) => anchor)).toBe(false)
})
