import { expect, test } from 'bun:test'
import type { QuietHours } from '#contract/oncall'
import type { Severity } from '#contract/statuses'
import { defaultPrefs, quietUntil, wants } from '#oncall/prefs'

const nights = (more: Partial<QuietHours> = {}): QuietHours => ({
  ...defaultPrefs('Europe/Berlin').quiet_hours,
  enabled: true,
  ...more,
})

test('what nobody has switched off is wanted, each way for itself', () => {
  const prefs = defaultPrefs('UTC')
  expect(wants(prefs, 'incident_resolved', 'email')).toBe(true)
  prefs.matrix.incident_resolved = { email: false }
  expect(wants(prefs, 'incident_resolved', 'email')).toBe(false)
  expect(wants(prefs, 'incident_resolved', 'push')).toBe(true)
  expect(wants(prefs, 'oncall_handoff', 'email')).toBe(true)
})

test.each<[string, QuietHours, Severity | null, string, string | null]>([
  ['before them', nights(), 'high', '2026-11-23T20:59:00Z', null],
  ['at their begin', nights(), 'high', '2026-11-23T21:00:00Z', '2026-11-24T06:00:00Z'],
  ['after midnight', nights(), 'high', '2026-11-24T03:00:00Z', '2026-11-24T06:00:00Z'],
  ['at their end', nights(), 'high', '2026-11-24T06:00:00Z', null],
  ['critical comes through', nights(), 'critical', '2026-11-24T03:00:00Z', null],
  ['unless it may not', nights({ critical_exempt: false }), 'critical', '2026-11-24T03:00:00Z', '2026-11-24T06:00:00Z'],
  ['what has no severity waits', nights(), null, '2026-11-24T03:00:00Z', '2026-11-24T06:00:00Z'],
  ['switched off', nights({ enabled: false }), 'low', '2026-11-24T03:00:00Z', null],
  [
    'the night belongs to the day it began on',
    nights({ days: [1] }),
    'low',
    '2026-11-24T03:00:00Z',
    '2026-11-24T06:00:00Z',
  ],
  ['the night before is another one', nights({ days: [2] }), 'low', '2026-11-24T03:00:00Z', null],
  ['a short night', nights(), 'low', '2026-03-29T00:30:00Z', '2026-03-29T05:00:00Z'],
  ['a long night', nights(), 'low', '2026-10-24T23:30:00Z', '2026-10-25T06:00:00Z'],
  [
    'an end in the hour that does not exist is the moment after it',
    nights({ to: '02:30' }),
    'low',
    '2026-03-29T00:30:00Z',
    '2026-03-29T01:00:00Z',
  ],
  [
    'an end in the hour that comes twice is the first',
    nights({ to: '02:30' }),
    'low',
    '2026-10-24T22:00:00Z',
    '2026-10-25T00:30:00Z',
  ],
  [
    'a whole weekend is one silence',
    nights({ from: '00:00', to: '00:00', days: [6, 7] }),
    'low',
    '2026-11-21T12:00:00Z',
    '2026-11-22T23:00:00Z',
  ],
  [
    'a silence without an end ends all the same: nothing is lost',
    nights({ from: '00:00', to: '00:00' }),
    'low',
    '2026-11-21T12:00:00Z',
    '2026-11-21T23:00:00Z',
  ],
])('quiet hours, %s', (_, quiet, severity, at, until) => {
  const found = quietUntil(quiet, severity, Date.parse(at))
  expect(found === null ? null : new Date(found).toISOString().replace('.000', '')).toBe(until)
})

test('the end of quiet hours is always later than the message, and not quiet, in every hour of a year with its changes of the clocks', () => {
  const quiet = nights({ from: '21:30', to: '02:30', timezone: 'America/New_York' })
  for (let at = Date.parse('2026-01-01T00:00:00Z'); at < Date.parse('2027-01-01T00:00:00Z'); at += 1_800_000) {
    const until = quietUntil(quiet, 'low', at)
    if (until === null) continue
    expect(until).toBeGreaterThan(at)
    expect(until - at).toBeLessThanOrEqual(6 * 3_600_000)
  }
})
