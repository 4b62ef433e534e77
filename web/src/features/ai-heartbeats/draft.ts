import {
  type Draft as Same,
  bodyOf as sameBody,
  draftOf as sameDraft,
  emptyDraft as sameEmpty,
} from '@/features/heartbeats/draft'
import { budgetFacts, budgetNames } from './budgets'
import type { Agent, BudgetName, Budgets } from './types'

/** What the form edits: as of any heartbeat, with how it is expected and limits in the units of the form. */
export type Draft = Same & { mode: 'learned' | 'fixed'; budgets: Record<BudgetName, number | null> }

/** Binary fractions of percents are not what anybody typed. */
const tidy = (value: number) => Number(value.toPrecision(12))
const scale = (name: BudgetName) => (budgetFacts[name].percent ? 100 : 1)

// Safe: the names are all there are.
const budgetsOf = (budgets: Budgets) =>
  Object.fromEntries(
    budgetNames.map((name) => {
      const value = budgets[name]
      return [name, value === undefined ? null : tidy(value * scale(name))]
    }),
  ) as Record<BudgetName, number | null>

/** A new one learns when it runs, and is down after three in a row: agents fail more often than backups. */
export const emptyDraft = (timezone: string): Draft => ({
  ...sameEmpty(timezone),
  ...{ failures: 3, mode: 'learned', budgets: budgetsOf({}) },
})
export const draftOf = (agent: Agent): Draft => ({
  ...sameDraft(agent),
  ...{ mode: agent.expectation.mode, budgets: budgetsOf(agent.budgets) },
})

/** The body of a create or an edit; an emptied limit is none. */
export function bodyOf(draft: Draft) {
  const {
    schedule,
    per_day: _day,
    watch_duration: _watch,
    numbers: _numbers,
    filter: _filter,
    ...rest
  } = sameBody(draft)
  const same = Object.fromEntries(Object.entries(rest).filter(([name]) => name !== 'grace_s'))
  const limits = budgetNames.flatMap((name) => {
    const value = draft.budgets[name]
    return value === null ? [] : [[name, tidy(value / scale(name))] as const]
  })
  return {
    ...same,
    expectation: { mode: draft.mode, schedule, ...(draft.grace_s !== null && { grace_s: draft.grace_s }) },
    budgets: Object.fromEntries(limits),
  }
}

/** The server's sentences by the names that the fields of the form have. */
export const faultsOf = (fields: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields).map(([path, why]) => {
      const name = budgetNames.find((one) => path === `budgets.${one}`)
      // The wire has a share where the form has percent.
      const bound = (words: string, value: string) => `${words} ${Number(value) * (name ? scale(name) : 1)}`
      return [
        path.replace(/^expectation\.(?!mode)/, ''),
        name ? why.replace(/\b(at most|at least) ([\d.]+)$/, (_, words, value) => bound(words, value)) : why,
      ]
    }),
  )
