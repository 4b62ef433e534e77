import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useWatch } from '@/live'
import { monitorsQuery } from '@/parts/data'
import { noteOf } from '@/parts/monitor-words'
import type { MonitorListItem } from '@/types'
import { Bars24 } from '@/ui/bars'
import { Card, CardHead } from '@/ui/card'
import { cx } from '@/ui/cx'
import { percent } from '@/ui/format'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { Glyph, statusLabel, statusText } from '@/ui/status'

/** The list's own order puts problems first, so the first rows of it are the worst. */
const worst = monitorsQuery({ page: 1, per_page: 6, sort: 'status', include: 'summary' })

function Row({ monitor }: { monitor: MonitorListItem }) {
  const note = noteOf(monitor)
  return (
    <li className="relative grid grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-3 px-4 py-2.5 hover:bg-hover md:grid-cols-[auto_minmax(0,1fr)_auto_4.5rem]">
      <Glyph status={monitor.status} />
      <div className="min-w-0">
        <Link
          to="/monitors/$id"
          params={{ id: monitor.id }}
          className="block truncate text-md font-medium after:absolute after:inset-0 md:text-sm"
        >
          {monitor.name}
          <span className="sr-only">, {statusLabel[monitor.status]}</span>
        </Link>
        <div
          title={note.text}
          className={cx(
            'truncate text-xs',
            note.trouble
              ? cx('first-letter:uppercase', statusText[monitor.status])
              : 'font-mono text-[11.5px] text-subtle',
          )}
        >
          {note.text}
        </div>
      </div>
      {monitor.summary && (
        <div className="flex flex-col items-end gap-1">
          <Bars24 hours={monitor.summary.hours} width={96} />
          <span className="text-xs text-subtle tabular-nums md:hidden">{percent(monitor.summary.uptime_30d)}</span>
        </div>
      )}
      <span className="text-right text-sm tabular-nums max-md:hidden">{percent(monitor.summary?.uptime_30d)}</span>
    </li>
  )
}

export function WorstMonitors() {
  const { data, error, refetch } = useQuery(worst)
  useWatch(data?.items.map(({ id }) => id) ?? [])
  if (data?.total === 0) return null
  return (
    <Card aria-labelledby="worst" className="mt-5 overflow-hidden">
      <CardHead id="worst" title="Monitors" hint="worst first, last 24 hours and uptime of 30 days">
        <Link to="/monitors" className="text-sm text-muted hover:text-fg">
          View all
        </Link>
      </CardHead>
      {data ? (
        <ul className="divide-y divide-line">
          {data.items.map((monitor) => (
            <Row key={monitor.id} monitor={monitor} />
          ))}
        </ul>
      ) : error ? (
        <ErrorState error={error} retry={refetch} />
      ) : (
        <SkeletonRows />
      )}
    </Card>
  )
}
