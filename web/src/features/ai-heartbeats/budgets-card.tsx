import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useCan } from '@/session'
import { Card, CardHead } from '@/ui/card'
import { cx } from '@/ui/cx'
import { plural } from '@/ui/format'
import { actuals, budgetFacts, budgetNames, fill, isLeast } from './budgets'
import { chartsQuery, latelyQuery, type Span } from './queries'
import type { Agent, BudgetName } from './types'
import { short, usd } from './words'

const STATE = {
  ...{ kept: 'bg-accent', unknown: 'bg-transparent' },
  ...{ near: 'bg-degraded-solid', broken: 'bg-degraded-solid' },
}

/** How much of a limit is used; amber beyond it, with the words that say so. */
export function BudgetBar({ name, actual, limit }: { name: BudgetName; actual: number | undefined; limit: number }) {
  const { title, words } = budgetFacts[name]
  const { part, mark, state } = fill(name, actual, limit)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a <meter> is drawn by the browser, each in its own way.
    <div
      role="meter"
      aria-label={title}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(part * 100)}
      aria-valuetext={`${words(actual)} of ${isLeast(name) ? 'at least' : 'at most'} ${words(limit)}`}
      className="relative h-1.5 rounded-full bg-active"
    >
      <div className={cx('h-full rounded-full', STATE[state])} style={{ width: `${part * 100}%` }} />
      {mark !== null && (
        <i className="absolute -inset-y-0.5 w-0.5 rounded-full bg-fg" style={{ left: `calc(${mark * 100}% - 1px)` }} />
      )}
    </div>
  )
}

function Row({ name, actual, limit }: { name: BudgetName; actual: number | undefined; limit: number }) {
  const { title, words, over } = budgetFacts[name]
  const broken = fill(name, actual, limit).state === 'broken'
  return (
    <li className="px-4 py-2.5">
      <div className="mb-1.5 flex items-baseline justify-between gap-3 text-sm">
        <span className="min-w-0">{title}</span>
        <span className="shrink-0 tabular-nums">
          <span className={broken ? 'font-medium text-degraded' : 'font-medium'}>{words(actual)}</span>
          <span className="text-subtle">{` / ${isLeast(name) ? '≥ ' : ''}${words(limit)}`}</span>
        </span>
      </div>
      <BudgetBar name={name} actual={actual} limit={limit} />
      <div className="mt-1 text-xs text-subtle">
        {actual === undefined ? 'Not reported yet' : over}
        {broken && (isLeast(name) ? ', under the limit' : ', over the limit')}
      </div>
    </li>
  )
}

/** What it has spent today, and how it stands against what it may. */
export function BudgetsCard({ agent, span }: { agent: Agent; span: Span }) {
  const mayWrite = useCan('heartbeats:write')
  const today = useQuery(chartsQuery(agent.id, span)).data?.today
  const runs = useQuery(latelyQuery(agent.id)).data?.items ?? []
  const actual = actuals(runs, today)
  const set = budgetNames.flatMap((name) => {
    const limit = agent.budgets[name]
    return limit === undefined ? [] : [{ name, limit }]
  })
  return (
    <Card aria-labelledby="budgets" className="overflow-hidden">
      <CardHead
        id="budgets"
        title="Budgets"
        hint={today && `Today: ${plural(today.runs, 'run')}, ${usd(today.cost_usd)}, ${short(today.tokens)} tokens`}
      />
      {set.length > 0 ? (
        <ul className="divide-y divide-line">
          {set.map(({ name, limit }) => (
            <Row key={name} name={name} limit={limit} actual={actual[name]} />
          ))}
        </ul>
      ) : (
        <p className="px-4 py-3.5 text-sm text-muted">
          Nothing is limited. A budget says what a run or a day may cost, how slow it may be and how well it has to
          work.
          {mayWrite && (
            <>
              {' '}
              <Link
                to="/ai-heartbeats/$id/edit"
                params={{ id: agent.id }}
                hash="budgets"
                className="text-accent underline underline-offset-3"
              >
                Set budgets
              </Link>
            </>
          )}
        </p>
      )}
    </Card>
  )
}
