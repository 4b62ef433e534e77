import { useQuery } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import type { ReactNode } from 'react'
import { monitorTypesQuery } from '@/parts/data'
import { commonName, urgencyOf } from '@/parts/evidence-facts'
import { severityLabel } from '@/parts/incident-words'
import type { Monitor, MonitorState } from '@/types'
import { Tag } from '@/ui/bits'
import { Card, CardHead, Facts } from '@/ui/card'
import { inWords, ms, plural } from '@/ui/format'
import { Ago, Day, Until } from '@/ui/time'
import { RegionsCard } from './regions-card'
import { DependenciesCard } from './related-cards'
import { traitsOf } from './type-groups'

type Row = readonly [ReactNode, ReactNode]

const TONE = {
  over: 'font-medium text-down',
  hurry: 'font-medium text-down',
  soon: 'font-medium text-degraded',
  fine: '',
}

function Certificate({ certificate }: { certificate: NonNullable<MonitorState['certificate']> }) {
  const { days_left } = certificate
  return (
    <span
      className={TONE[urgencyOf(days_left)]}
      title={`${commonName(certificate.subject)}, issued by ${commonName(certificate.issuer)}`}
    >
      {days_left < 0 ? 'Expired' : `${plural(days_left, 'day')} left`}
    </span>
  )
}

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

function factsOf(monitor: Monitor, state: MonitorState | undefined, title: string): Row[] {
  const { alert_threshold, recovery_threshold } = monitor
  const { asks, interval, thresholds } = traitsOf(monitor.type)
  const rows: (Row | false | null | undefined)[] = [
    ['Type', title],
    interval && [asks ? 'Interval' : 'Expected every', inWords(monitor.interval)],
    interval && [
      asks ? 'Next check' : 'Next look',
      monitor.enabled ? state?.next_check_at ? <Until key="next" at={state.next_check_at} /> : 'Soon' : 'Paused',
    ],
    state?.checked_at ? [asks ? 'Last check' : 'Last change', <Ago key="last" at={state.checked_at} />] : null,
    asks && ['Timeout', ms(monitor.timeout_ms)],
    thresholds && ['Down after', plural(alert_threshold, asks ? 'failure' : 'missed report')],
    asks && ['Up after', plural(recovery_threshold, 'success', 'successes')],
    monitor.degraded_ms !== null && ['Degraded above', ms(monitor.degraded_ms)],
    ['Severity', severityLabel[monitor.severity]],
    monitor.inverted && ['Inverted', 'Up when the check fails'],
    state?.certificate && ['Certificate', <Certificate key="certificate" certificate={state.certificate} />],
    ['Created', <Day key="created" at={monitor.created_at} />],
    monitor.tags.length > 0 && ['Tags', <Tags key="tags" tags={monitor.tags} />],
    monitor.runbook_url !== null && ['Runbook', <Runbook key="runbook" url={monitor.runbook_url} />],
  ]
  return rows.filter((row): row is Row => Array.isArray(row))
}

/** The facts beside the history. */
export function Rail({ monitor, state }: { monitor: Monitor; state: MonitorState | undefined }) {
  const { data: types } = useQuery(monitorTypesQuery)
  const title = types?.find(({ type }) => type === monitor.type)?.title ?? monitor.type
  return (
    <aside aria-label="Details" className="space-y-4">
      {state && <RegionsCard monitor={monitor} state={state} />}
      <DependenciesCard monitor={monitor} />
      <Card>
        <CardHead title="Details" />
        <Facts facts={factsOf(monitor, state, title)} />
      </Card>
      {monitor.description && (
        <Card>
          <CardHead title="Description" />
          <p className="px-4 py-3.5 text-sm whitespace-pre-wrap text-muted wrap-anywhere">{monitor.description}</p>
        </Card>
      )}
    </aside>
  )
}
