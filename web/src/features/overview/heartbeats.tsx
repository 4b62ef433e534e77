import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { DueBar } from '@/parts/due-bar'
import {
  heartbeatGlyph,
  heartbeatLabel,
  heartbeatsQuery,
  heartbeatsSentence,
  heartbeatsSummaryQuery,
  statusAt,
} from '@/parts/heartbeats'
import type { Heartbeat, HeartbeatStatus, HeartbeatsSummary } from '@/types'
import { Card, CardHead } from '@/ui/card'
import { cx } from '@/ui/cx'
import { count } from '@/ui/format'
import { Glyph, statusText } from '@/ui/status'
import { useNow } from '@/ui/time'

const SHOWN = 5
/** The list's own order puts problems first. */
const worst = heartbeatsQuery({ page: 1, per_page: SHOWN, sort: 'status' })

function Row({ heartbeat }: { heartbeat: Heartbeat }) {
  const { id, name, message, problems, schedule_words } = heartbeat
  const status = statusAt(heartbeat, useNow(1000))
  const glyph = heartbeatGlyph(status, problems.length)
  const trouble = (status === 'down' && message) || problems[0]?.message
  const note = trouble || schedule_words
  return (
    <li className="relative grid grid-cols-[auto_minmax(0,1fr)_112px] items-center gap-x-3 px-4 py-2.5 hover:bg-hover">
      <Glyph status={glyph} />
      <div className="min-w-0">
        <Link
          to="/heartbeats/$id"
          params={{ id }}
          className="block truncate text-md font-medium after:absolute after:inset-0 md:text-sm"
        >
          {name}
          <span className="sr-only">, {heartbeatLabel[status]}</span>
        </Link>
        <div
          title={note}
          className={cx('truncate text-xs first-letter:uppercase', trouble ? statusText[glyph] : 'text-subtle')}
        >
          {note}
        </div>
      </div>
      <DueBar heartbeat={heartbeat} />
    </li>
  )
}

const COUNTED: HeartbeatStatus[] = ['down', 'late', 'new', 'paused', 'up']
const Counts = ({ summary }: { summary: HeartbeatsSummary }) => (
  <ul className="flex flex-wrap gap-x-5 gap-y-1.5 text-xs text-muted">
    {COUNTED.filter((status) => summary[status] > 0).map((status) => (
      <li key={status} className="flex items-center gap-1.5">
        <Glyph status={heartbeatGlyph(status)} size={13} />
        <b className="font-medium text-fg tabular-nums">{count(summary[status])}</b>
        {heartbeatLabel[status].toLowerCase()}
      </li>
    ))}
  </ul>
)

/** How the jobs are, with those that need somebody; nothing while there are none. */
export function HeartbeatsCard() {
  const { data: summary } = useQuery(heartbeatsSummaryQuery)
  const { data: list } = useQuery({ ...worst, enabled: (summary?.total ?? 0) > 0 })
  if (!summary || summary.total === 0) return null
  const bad =
    list?.items.filter(({ status, problems }) => ['down', 'late'].includes(status) || problems.length > 0) ?? []
  return (
    <Card aria-labelledby="heartbeats" className="mt-5 overflow-hidden">
      <CardHead id="heartbeats" title="Heartbeats" hint={heartbeatsSentence(summary)}>
        <Link to="/heartbeats" className="text-sm text-muted hover:text-fg">
          View all
        </Link>
      </CardHead>
      <div className="px-4 py-3">
        <Counts summary={summary} />
      </div>
      {bad.length > 0 && (
        <ul className="divide-y divide-line border-t border-line">
          {bad.map((heartbeat) => (
            <Row key={heartbeat.id} heartbeat={heartbeat} />
          ))}
        </ul>
      )}
    </Card>
  )
}
