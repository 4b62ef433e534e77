import { Link } from '@tanstack/react-router'
import { runLabel } from '@/features/heartbeats/words'
import { heartbeatGlyph, heartbeatLabel, statusAt } from '@/parts/heartbeats'
import { Tag } from '@/ui/bits'
import { cx } from '@/ui/cx'
import { count, ms } from '@/ui/format'
import { Glyph, statusText } from '@/ui/status'
import { Ago, Since, useNow } from '@/ui/time'
import { fill } from './budgets'
import { BudgetBar } from './budgets-card'
import { AgentMenu } from './menu'
import type { AgentItem, Lately } from './types'
import { noteOf, share, usd } from './words'

const LAYOUT =
  'grid-cols-[16px_minmax(0,1fr)_auto] md:grid-cols-[16px_minmax(0,1fr)_132px_112px_28px] lg:grid-cols-[16px_minmax(0,1fr)_132px_72px_132px_64px_72px_28px] min-[85rem]:grid-cols-[16px_minmax(0,1fr)_150px_72px_150px_72px_80px_132px_28px]'

function Note({ agent, status, tone }: { agent: AgentItem; status: AgentItem['status']; tone: string }) {
  const note = noteOf({ ...agent, status })
  const { last_run } = agent.lately
  if (note)
    return (
      <span className={cx('first-letter:uppercase', note.trouble && tone)} title={note.text}>
        {note.text}
        {status === 'down' && (
          <>
            {' · '}
            <Since at={agent.since} />
          </>
        )}
      </span>
    )
  return (
    <>
      <span className="md:hidden">
        {last_run && (
          <>
            {runLabel[last_run.status]} <Ago at={last_run.ended_at} />
          </>
        )}
      </span>
      <span className="first-letter:uppercase max-md:hidden">
        {agent.running[0] ? (
          <>
            Running for <Since at={agent.running[0].at} />
          </>
        ) : agent.expectation.mode === 'learned' ? (
          agent.learned.ready ? (
            'Expected as learned'
          ) : (
            `Learning from ${count(agent.learned.runs)} of 50 runs`
          )
        ) : (
          agent.schedule_words
        )}
      </span>
    </>
  )
}

/** How the last run ended, with which model, and when. */
function LastRun({ run }: { run: Lately['last_run'] }) {
  if (!run) return <span className="text-subtle">Never</span>
  return (
    <>
      <div className="truncate text-sm">
        <span className={run.status === 'ok' ? 'text-muted' : 'text-down'}>{runLabel[run.status]}</span>{' '}
        <span className="text-subtle">
          <Ago at={run.ended_at} />
        </span>
      </div>
      <div className="truncate text-xs text-subtle" title={run.model ?? undefined}>
        {run.model}
      </div>
    </>
  )
}

/** What it cost today, against what it may. */
function Cost({ agent }: { agent: AgentItem }) {
  const actual = agent.lately.cost_usd_today
  const limit = agent.budgets.max_cost_usd_per_day
  const name = 'max_cost_usd_per_day'
  if (limit === undefined)
    return (
      <>
        <span className="text-sm tabular-nums">{usd(actual)}</span>
        <span className="block text-xs text-subtle md:hidden">today</span>
      </>
    )
  const broken = fill(name, actual, limit).state === 'broken'
  return (
    <>
      <div className="mb-1 text-sm tabular-nums">
        <span className={broken ? 'font-medium text-degraded' : undefined}>{usd(actual)}</span>
        <span className="text-xs text-subtle"> / {usd(limit)}</span>
      </div>
      <BudgetBar name={name} actual={actual} limit={limit} />
    </>
  )
}

const number = 'hidden text-right text-sm tabular-nums lg:block'

export function AgentRow({ agent, index, mayWrite }: { agent: AgentItem; index: number; mayWrite: boolean }) {
  const { id, name, tags, problems, lately, budgets } = agent
  const status = statusAt(agent, useNow(1000))
  const glyph = heartbeatGlyph(status, problems.length)
  const amber = (bad: boolean) => (bad ? 'font-medium text-degraded' : undefined)
  const failing = (lately.success_rate ?? 1) < (budgets.min_success_rate ?? 0)
  const slow = (lately.latency_p95_ms ?? 0) > (budgets.max_latency_p95_ms ?? Number.POSITIVE_INFINITY)
  return (
    <li
      data-row={index}
      className={cx(
        'relative grid min-h-[66px] items-center gap-x-3 px-4 focus-within:bg-hover hover:bg-hover md:min-h-[52px] md:gap-x-4',
        LAYOUT,
      )}
    >
      <span>
        <Glyph status={glyph} />
        <span className="sr-only">
          {status === 'up' && problems.length > 0 ? 'Up, but not as expected' : heartbeatLabel[status]}
        </span>
      </span>
      <div className="min-w-0 py-1.5">
        <Link
          to="/ai-heartbeats/$id"
          params={{ id }}
          data-open
          title={name}
          className="block truncate text-md font-medium outline-offset-[-2px] after:absolute after:inset-0 md:text-sm"
        >
          {name}
        </Link>
        <div className="truncate text-xs text-subtle">
          <Note agent={agent} status={status} tone={statusText[glyph]} />
        </div>
      </div>
      <div className="hidden min-w-0 md:block">
        <LastRun run={lately.last_run} />
      </div>
      <span className={number}>
        {count(lately.runs_today)}
        {lately.failed_today > 0 && (
          <span className="block text-xs text-subtle">{count(lately.failed_today)} failed</span>
        )}
      </span>
      <div className="min-w-20 max-md:text-right">
        <span className="sr-only">Cost today: </span>
        <Cost agent={agent} />
      </div>
      <span className={cx(number, amber(failing))}>{share(lately.success_rate)}</span>
      <span className={cx(number, amber(slow))}>{ms(lately.latency_p95_ms)}</span>
      <span className="hidden min-w-0 gap-1 overflow-hidden min-[85rem]:flex" title={tags.join(', ')}>
        {tags.map((tag) => (
          <Tag key={tag}>{tag}</Tag>
        ))}
      </span>
      <div className="relative z-10 max-md:hidden">{mayWrite && <AgentMenu agent={agent} />}</div>
    </li>
  )
}

/** Column names for eyes; screen readers hear a list of sentences. */
export const ListHead = () => (
  <div
    aria-hidden
    className={cx('hidden h-9 items-center gap-x-4 border-b border-line px-4 text-xs text-subtle md:grid', LAYOUT)}
  >
    <span />
    <span>Name</span>
    <span>Last run</span>
    <span className="hidden text-right whitespace-nowrap lg:block">Runs today</span>
    <span>Cost today</span>
    <span className="hidden text-right lg:block">Success</span>
    <span className="hidden text-right lg:block">p95</span>
    <span className="hidden min-[85rem]:block">Tags</span>
    <span />
  </div>
)
