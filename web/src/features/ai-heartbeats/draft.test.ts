import { expect, test } from 'bun:test'
import { bodyOf, emptyDraft, faultsOf } from './draft'

const draft = { ...emptyDraft('Europe/Berlin'), name: ' Inbox triage ' }

test('a new one learns, and limits nothing', () => {
  const { expectation, budgets, ...rest } = bodyOf(draft)
  expect(expectation).toEqual({
    mode: 'learned',
    schedule: { kind: 'interval', every_s: 86_400, timezone: 'Europe/Berlin' },
    grace_s: 300,
  })
  expect(budgets).toEqual({})
  expect(rest).toMatchObject({ name: 'Inbox triage', failures: 3, severity: 'high', enabled: true })
  // What only jobs have is not sent: the server would refuse it.
  for (const name of ['per_day', 'watch_duration', 'numbers', 'filter', 'schedule', 'grace_s'])
    expect(rest).not.toHaveProperty(name)
})
test('shares are percent in the form and shares on the wire, without noise', () => {
  const budgets = {
    ...draft.budgets,
    min_success_rate: 97.3,
    max_output_size_deviation: 55,
    max_cost_usd_per_run: 0.05,
  }
  expect(bodyOf({ ...draft, budgets }).budgets).toEqual({
    ...{ min_success_rate: 0.973, max_output_size_deviation: 0.55, max_cost_usd_per_run: 0.05 },
  })
})
test('a bound of percent is told in percent', () => {
  expect(
    faultsOf({ 'budgets.min_success_rate': 'must be at most 1', 'budgets.min_quality_score': 'must be at most 1' }),
  ).toEqual({ 'budgets.min_success_rate': 'must be at most 100', 'budgets.min_quality_score': 'must be at most 1' })
})
test('a refusal is shown at the field it is about', () => {
  expect(
    faultsOf({ 'expectation.schedule.cron': 'is odd', 'expectation.grace_s': 'x', 'budgets.min_success_rate': 'y' }),
  ).toEqual({ 'schedule.cron': 'is odd', grace_s: 'x', 'budgets.min_success_rate': 'y' })
})
