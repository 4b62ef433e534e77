import { ExternalLink } from 'lucide-react'
import type { ReactNode } from 'react'
import { Copyable } from '@/parts/copyable'
import { DueBar } from '@/parts/due-bar'
import { severityLabel } from '@/parts/incident-words'
import type { Heartbeat } from '@/types'
import { Tag } from '@/ui/bits'
import { Card, CardHead, Facts } from '@/ui/card'
import { count, inWords, ms } from '@/ui/format'
import { Ago, At, Day } from '@/ui/time'
import { doorLabel, pingLabel } from './words'

export type Fact = readonly [ReactNode, ReactNode]
export const shown = (facts: (Fact | false | null)[]): Fact[] => facts.filter((one): one is Fact => Array.isArray(one))

export const Tags = ({ tags }: { tags: readonly string[] }) => (
  <span className="flex flex-wrap justify-end gap-1">
    {tags.map((tag) => (
      <Tag key={tag}>{tag}</Tag>
    ))}
  </span>
)
/** Links people typed in open in a new tab and learn nothing about where they were clicked. */
export const Runbook = ({ url }: { url: string }) => (
  <a
    href={url}
    target="_blank"
    rel="noreferrer noopener"
    className="inline-flex items-center gap-1 text-accent hover:underline"
  >
    Open
    <ExternalLink aria-hidden className="size-3" />
  </a>
)

/** What is waited for, and what came last. */
export function NowCard({ heartbeat, className }: { heartbeat: Heartbeat; className?: string }) {
  const { expected_at, deadline_at, last_ping_at, last_ping_kind, last_duration_ms, pings, running } = heartbeat
  const facts = shown([
    expected_at !== null && ['Expected', <At key="expected" at={expected_at} seconds />],
    deadline_at !== null && ['Down after', <At key="deadline" at={deadline_at} seconds />],
    running.length > 0 && ['Under way', `${running.length} ${running.length === 1 ? 'run' : 'runs'}`],
    last_ping_at !== null && [
      'Last ping',
      <span key="last">
        {last_ping_kind && `${pingLabel[last_ping_kind]}, `}
        <Ago at={last_ping_at} />
      </span>,
    ],
    last_duration_ms !== null && ['Last run took', ms(last_duration_ms)],
    ['Pings so far', count(pings)],
  ])
  return (
    <Card aria-label="Now" className={className}>
      <CardHead title="Now" />
      <DueBar heartbeat={heartbeat} className="px-4 pt-3.5" />
      <Facts facts={facts} />
    </Card>
  )
}

/** The facts beside the history. */
export function Rail({ heartbeat }: { heartbeat: Heartbeat }) {
  const { ping_url, schedule_words, grace_s, max_runtime_s, severity, tags, runbook_url, description } = heartbeat
  const facts = shown([
    [
      'Schedule',
      <span key="schedule" className="inline-block first-letter:uppercase">
        {schedule_words}
      </span>,
    ],
    ['Grace', inWords(grace_s)],
    max_runtime_s !== null && ['Longest run', inWords(max_runtime_s)],
    ['Severity', severityLabel[severity]],
    ['Created', <Day key="created" at={heartbeat.created_at} />],
    tags.length > 0 && ['Tags', <Tags key="tags" tags={tags} />],
    runbook_url !== null && ['Runbook', <Runbook key="runbook" url={runbook_url} />],
  ])
  return (
    <aside aria-label="Details" className="space-y-4">
      <NowCard heartbeat={heartbeat} className="max-lg:hidden" />
      <Card>
        <CardHead title="Details" />
        <Facts facts={facts} />
        <div className="border-t border-line px-4 py-3.5">
          {ping_url ? (
            <Copyable label="Ping address" value={ping_url} />
          ) : (
            <p className="text-xs text-muted">
              Whoever knows the ping address can report, so it is only shown to people who may change heartbeats.
            </p>
          )}
        </div>
      </Card>
      {description && (
        <Card>
          <CardHead title="Description" />
          <p className="px-4 py-3.5 text-sm whitespace-pre-wrap text-muted wrap-anywhere">{description}</p>
        </Card>
      )}
    </aside>
  )
}

/** Through which door a ping came, and with what. */
export const doorWords = (door: keyof typeof doorLabel, method: string | null) =>
  door === 'http' && method ? method : doorLabel[door]
