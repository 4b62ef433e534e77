import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { MonitorStatus, NotificationLogItem } from '@/types'
import { Segmented } from '@/ui/choice'
import { cx } from '@/ui/cx'
import { ms, sentence, words } from '@/ui/format'
import { Pager } from '@/ui/pager'
import { ErrorState, Refreshing, SkeletonRows } from '@/ui/states'
import { Glyph } from '@/ui/status'
import { Ago } from '@/ui/time'
import { LOG_PER_PAGE, type LogStatus, logQuery } from './queries'
import { eventLabel } from './words'

const GLYPH: Record<string, MonitorStatus> = { sent: 'up', failed: 'down', suppressed: 'paused' }
const WORD: Record<string, string> = { sent: 'Sent', failed: 'Failed', suppressed: 'Held back' }

function Title({ item }: { item: NotificationLogItem }) {
  if (!item.incident_id) return <span className="wrap-anywhere">{item.title}</span>
  return (
    <Link to="/incidents/$id" params={{ id: item.incident_id }} className="wrap-anywhere hover:underline">
      {item.title}
    </Link>
  )
}

function Attempt({ item }: { item: NotificationLogItem }) {
  const { status, event, attempt, duration_ms, error, answer, created_at } = item
  return (
    <li className="flex gap-2.5 py-2.5">
      <Glyph status={GLYPH[status] ?? 'unknown'} className="mt-0.5" />
      <div className="min-w-0 flex-1">
        <div className="flex gap-3">
          <span className="min-w-0 flex-1 text-sm">
            <Title item={item} />
          </span>
          <Ago at={created_at} className="shrink-0 text-xs leading-5 text-subtle tabular-nums" />
        </div>
        <div className="text-xs text-subtle wrap-anywhere">
          <span className={cx(status === 'failed' && 'text-down')}>{WORD[status] ?? words(status)}</span>
          {` · ${eventLabel[event] ?? words(event)}`}
          {attempt > 1 && `, attempt ${attempt}`}
          {duration_ms !== null && ` in ${ms(duration_ms)}`}
          {error ? `: ${sentence(error)}` : answer && `, ${answer}`}
        </div>
      </div>
    </li>
  )
}

type Shown = LogStatus | 'all'
const CHOICES: { value: Shown; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'sent', label: 'Sent' },
  { value: 'failed', label: 'Failed' },
]

/** Every attempt to reach this channel, newest first. */
export function Deliveries({ channelId }: { channelId: string }) {
  const [page, setPage] = useState(1)
  const [shown, setShown] = useState<Shown>('all')
  const { data, error, refetch, isPlaceholderData } = useQuery(
    logQuery(channelId, page, shown === 'all' ? undefined : shown),
  )
  const change = (next: Shown) => {
    setShown(next)
    setPage(1)
  }
  const empty =
    shown === 'all'
      ? 'Nothing was sent here yet. “Send test” sends the first message.'
      : `No ${shown === 'sent' ? 'message was sent' : 'delivery failed'}.`
  return (
    <div>
      <div className="px-4 pt-3">
        <Segmented label="Deliveries shown" size="sm" value={shown} onChange={change} choices={CHOICES} />
      </div>
      <Refreshing when={isPlaceholderData} />
      {error && !data ? (
        <ErrorState error={error} retry={() => void refetch()} className="py-6" />
      ) : !data ? (
        <SkeletonRows rows={2} />
      ) : data.items.length === 0 ? (
        <p className="px-4 py-3.5 text-sm text-muted">{empty}</p>
      ) : (
        <ul className="divide-y divide-line px-4">
          {data.items.map((item) => (
            <Attempt key={item.id} item={item} />
          ))}
        </ul>
      )}
      {data && <Pager page={page} perPage={LOG_PER_PAGE} total={data.total} onPage={setPage} />}
    </div>
  )
}
