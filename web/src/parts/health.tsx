import { useQuery } from '@tanstack/react-query'
import type { MonitorStatus } from '@/types'
import { Card } from '@/ui/card'
import { count, ms, percent } from '@/ui/format'
import { ErrorState, Skeleton } from '@/ui/states'
import { Glyph, statusLabel, statusSolid } from '@/ui/status'
import { monitorsSummaryQuery } from './data'
import { aside, type Counts, headline } from './health-words'

/** Worst first: what a person has to see stands at the left. */
const ORDER = [
  'down',
  'degraded',
  'unknown',
  'maintenance',
  'paused',
  'pending',
  'up',
] as const satisfies MonitorStatus[]

function Proportions({ counts }: { counts: Counts }) {
  const shown = ORDER.filter((status) => counts[status] > 0)
  return (
    <>
      <div className="mt-4 flex h-2 gap-[3px]" aria-hidden>
        {shown.length === 0 && <span className="flex-1 rounded-full bg-sunken ring-1 ring-line ring-inset" />}
        {shown.map((status) => (
          // One broken monitor among thousands must stay visible: 3 % at least.
          <span
            key={status}
            className="rounded-full"
            style={{
              flex: `${Math.max(counts[status] / counts.total, status === 'up' ? 0 : 0.03)} 1 0`,
              background: statusSolid[status],
            }}
          />
        ))}
      </div>
      <ul className="mt-3 flex flex-wrap gap-x-5 gap-y-1.5 text-xs text-muted">
        {shown.map((status) => (
          <li key={status} className="flex items-center gap-1.5">
            <Glyph status={status} size={13} />
            <b className="font-medium text-fg tabular-nums">{count(counts[status])}</b>
            {statusLabel[status].toLowerCase()}
          </li>
        ))}
      </ul>
    </>
  )
}

const rate = (perMinute: number) =>
  perMinute >= 10 || Number.isInteger(perMinute) ? count(Math.round(perMinute)) : perMinute.toFixed(1)

/** One sentence of truth, the proportions, and the three numbers of the workspace. */
export function HealthCard() {
  const { data, error, refetch } = useQuery(monitorsSummaryQuery)
  if (error && !data)
    return (
      <Card>
        <ErrorState error={error} retry={refetch} className="py-8" />
      </Card>
    )
  const stats = data && [
    ['Uptime, 30 days', percent(data.uptime_30d)],
    ['Response p95', ms(data.response_p95_ms)],
    ['Checks per minute', rate(data.checks_per_minute)],
  ]
  return (
    <Card aria-label="Health" className="grid gap-x-10 gap-y-5 p-4 md:grid-cols-[minmax(0,1fr)_auto] md:p-5">
      <div className="min-w-0">
        {data ? (
          <>
            <p className="text-xl font-semibold tracking-tight md:text-2xl">{headline(data.counts)}</p>
            <p className="mt-0.5 text-sm text-muted">{aside(data.counts)}</p>
            <Proportions counts={data.counts} />
          </>
        ) : (
          <>
            <Skeleton className="h-8 w-60" />
            <Skeleton className="mt-2 h-4 w-80 max-w-full" />
            <Skeleton className="mt-4 h-2 w-full" />
            <Skeleton className="mt-3 h-4 w-52" />
          </>
        )}
      </div>
      <dl className="grid grid-cols-3 gap-x-8 self-center max-lg:hidden">
        {(stats ?? [['Uptime, 30 days'], ['Response p95'], ['Checks per minute']]).map(([name, value]) => (
          <div key={name} className="border-l border-line pl-4">
            <dt className="text-xs whitespace-nowrap text-subtle">{name}</dt>
            <dd className="mt-1 text-lg font-semibold tabular-nums">{value ?? <Skeleton className="h-6 w-16" />}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}
