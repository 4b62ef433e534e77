import { ExternalLink } from 'lucide-react'
import type { ReactNode } from 'react'
import { severityLabel } from '@/parts/incident-words'
import { Tag } from '@/ui/bits'
import { Card, CardHead, Facts } from '@/ui/card'
import { inWords } from '@/ui/format'
import { Ago, Day } from '@/ui/time'
import { BudgetsCard } from './budgets-card'
import { LearnedCard } from './learned-card'
import type { Span } from './queries'
import type { Agent } from './types'

type Row = readonly [ReactNode, ReactNode]

function factsOf(agent: Agent): Row[] {
  const { expectation, max_runtime_s, min_interval_s, reminder_interval_s, runbook_url, tags } = agent
  const rows: (Row | false)[] = [
    ['Expected', expectation.mode === 'learned' ? 'As learned' : 'Fixed schedule'],
    [
      expectation.mode === 'learned' ? 'Until it has learned' : 'Schedule',
      <span key="words" className="inline-block first-letter:uppercase">
        {agent.schedule_words}
      </span>,
    ],
    ['Grace', inWords(expectation.grace_s)],
    agent.last_run_at !== null && ['Last run', <Ago key="last" at={agent.last_run_at} />],
    ['Down after', agent.failures === 1 ? 'one failed run' : `${agent.failures} failed runs in a row, or one missed`],
    max_runtime_s !== null && ['Longest run', inWords(max_runtime_s)],
    min_interval_s !== null && ['Not sooner than', inWords(min_interval_s)],
    ['Severity', severityLabel[agent.severity]],
    reminder_interval_s !== null && ['Reminder', `Every ${inWords(reminder_interval_s)}`],
    agent.manual_resume && ['Paused', 'Until a person resumes it'],
    ['Created', <Day key="created" at={agent.created_at} />],
    tags.length > 0 && [
      'Tags',
      <span key="tags" className="flex flex-wrap justify-end gap-1">
        {tags.map((tag) => (
          <Tag key={tag}>{tag}</Tag>
        ))}
      </span>,
    ],
    runbook_url !== null && [
      'Runbook',
      <a
        key="runbook"
        href={runbook_url}
        target="_blank"
        rel="noreferrer noopener"
        className="inline-flex items-center gap-1 text-accent hover:underline"
      >
        Open
        <ExternalLink aria-hidden className="size-3" />
      </a>,
    ],
  ]
  return rows.filter((row): row is Row => row !== false)
}

/** What was learned, what may be spent, and the facts, beside the history. */
export const Rail = ({ agent, span }: { agent: Agent; span: Span }) => (
  <aside aria-label="Details" className="min-w-0 space-y-4">
    <LearnedCard agent={agent} />
    <BudgetsCard agent={agent} span={span} />
    <Card>
      <CardHead title="Details" />
      <Facts facts={factsOf(agent)} />
    </Card>
    {agent.description && (
      <Card>
        <CardHead title="Description" />
        <p className="px-4 py-3.5 text-sm whitespace-pre-wrap text-muted wrap-anywhere">{agent.description}</p>
      </Card>
    )}
  </aside>
)
