import { expect, test } from 'bun:test'
import { blank, bodyOf, type Draft, draftOf, occurrencesOf, ruleOf } from './plan'
import type { MaintenanceWindow } from './types'

const START = Date.parse('2026-03-27T21:00:00Z')
const draft = (more: Partial<Draft>): Draft => ({
  ...blank('Europe/Berlin'),
  name: 'Patches',
  starts_at: START,
  ...more,
})

test('one that recurs begins at its time on the clock of its zone, over changes of the clocks', () => {
  expect(occurrencesOf(draft({ repeat: 'daily' }), START - 1, 3)).toEqual([
    'Fri 27 Mar, 22:00 – 23:00',
    'Sat 28 Mar, 22:00 – 23:00',
    'Sun 29 Mar, 22:00 – 23:00',
  ])
  expect(occurrencesOf(draft({ repeat: 'weekly', days: [1, 6] }), START, 3)).toEqual([
    'Sat 28 Mar, 22:00 – 23:00',
    'Mon 30 Mar, 22:00 – 23:00',
    'Sat 4 Apr, 22:00 – 23:00',
  ])
})
test('a month that lacks the day is left out', () => {
  expect(occurrencesOf(draft({ repeat: 'monthly', monthday: 31 }), START, 2)).toEqual([
    'Tue 31 Mar, 22:00 – 23:00',
    'Sun 31 May, 22:00 – 23:00',
  ])
})
test('what lasts is the first one, what is over is none', () => {
  const half = START + 1_800_000
  expect(occurrencesOf(draft({ repeat: 'daily' }), half, 1)).toEqual(['Fri 27 Mar, 22:00 – 23:00'])
  expect(occurrencesOf(draft({ repeat: 'daily' }), half + 1_800_000, 1)).toEqual(['Sat 28 Mar, 22:00 – 23:00'])
  expect(occurrencesOf(draft({ repeat: 'once' }), START)).toEqual([])
})
test('what is sent reads back as it was chosen', () => {
  for (const more of [
    { repeat: 'once' },
    { repeat: 'daily', all: true },
    { repeat: 'weekly', days: [1, 3, 7], tags: ['db'] },
    { repeat: 'monthly', monthday: 15, monitor_ids: ['m'] },
    { repeat: 'rule', rule: 'FREQ=MONTHLY;BYDAY=-1SU', notify_subscribers: true },
  ] satisfies Partial<Draft>[]) {
    const chosen = draft(more)
    const body = bodyOf(chosen, START)
    const stored: MaintenanceWindow = {
      id: 'w',
      status: 'scheduled',
      active_from: null,
      active_until: null,
      next: null,
      ...body,
    }
    const again = draftOf(stored, 'Europe/Berlin')
    expect(again).toEqual({ ...chosen })
    expect(ruleOf(again)).toBe(ruleOf(chosen))
  }
})
test('one that begins at once ends so long after now', () => {
  expect(bodyOf(draft({ starts_at: null }), START)).toMatchObject({
    ...{ starts_at: '2026-03-27T21:00:00.000Z', ends_at: '2026-03-27T22:00:00.000Z', rrule: null, timezone: null },
  })
})
