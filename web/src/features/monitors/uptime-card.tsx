import { useQuery } from '@tanstack/react-query'
import type { UptimeDay } from '@/types'
import { DayBars } from '@/ui/bars'
import { Card, CardHead } from '@/ui/card'
import { duration, percent, plural } from '@/ui/format'
import { ErrorState, Skeleton } from '@/ui/states'
import { statusSolid } from '@/ui/status'
import { uptimeQuery } from './queries'
import { useWide } from './use-list'

const WINDOWS = [
  ['24h', '24 hours'],
  ['7d', '7 days'],
  ['30d', '30 days'],
  ['90d', '90 days'],
] as const
const LEGEND = ['up', 'degraded', 'down', 'maintenance'] as const

const dayName = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' })
const troubleOf = ({ down_s, degraded_s, maintenance_s }: UptimeDay) =>
  [
    down_s > 0 && `${duration(down_s)} down`,
    degraded_s > 0 && `${duration(degraded_s)} degraded`,
    maintenance_s > 0 && `${duration(maintenance_s)} maintenance`,
  ]
    .filter(Boolean)
    .join(', ')

/** The same facts as the bars, for those who cannot hover or see them. */
function DaysWithProblems({ days }: { days: readonly UptimeDay[] }) {
  const bad = days.filter((day) => day.status !== 'up' && day.status !== 'none').reverse()
  if (bad.length === 0) return null
  return (
    <details className="border-t border-line px-4 py-2.5 text-xs">
      <summary className="w-fit cursor-pointer rounded-xs text-muted hover:text-fg coarse:min-h-10 coarse:leading-10">
        {plural(bad.length, 'day')} with problems or maintenance
      </summary>
      <ul className="mt-2 grid gap-x-8 gap-y-1 sm:grid-cols-2">
        {bad.map((day) => (
          <li key={day.date} className="flex justify-between gap-3 tabular-nums">
            <span className="text-subtle">{dayName.format(new Date(day.date))}</span>
            <span className="text-right">
              {troubleOf(day) || 'Problems shorter than a second'}
              {day.uptime !== null && <span className="text-subtle">, {percent(day.uptime)}</span>}
            </span>
          </li>
        ))}
      </ul>
    </details>
  )
}

export function UptimeCard({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(uptimeQuery(id))
  const wide = useWide()
  if (!data)
    return (
      <Card>
        <CardHead title="Uptime" />
        {error ? <ErrorState error={error} retry={refetch} className="py-8" /> : <Skeleton className="m-4 h-32" />}
      </Card>
    )
  return (
    <Card aria-labelledby="uptime" className="overflow-hidden">
      <CardHead id="uptime" title="Uptime" hint={`last ${wide ? 90 : 45} days`} />
      <dl className="grid grid-cols-2 gap-px bg-line sm:grid-cols-4">
        {WINDOWS.map(([key, name]) => {
          const { uptime, down_s } = data.windows[key]
          return (
            <div key={key} className="bg-surface px-4 py-3">
              <dt className="text-xs text-subtle">{name}</dt>
              <dd className="text-lg font-semibold tabular-nums">{percent(uptime)}</dd>
              <dd className="text-xs text-subtle tabular-nums">
                {uptime === null
                  ? 'No data'
                  : down_s > 0
                    ? `${duration(down_s)} down`
                    : uptime < 1
                      ? 'Under 1s down'
                      : 'No downtime'}
              </dd>
            </div>
          )
        })}
      </dl>
      <div className="border-t border-line px-4 pt-4 pb-3.5">
        <DayBars days={wide ? data.days : data.days.slice(-45)} height={42} />
        <ul className="mt-1 flex flex-wrap justify-center gap-x-4 gap-y-1 text-xs text-subtle">
          {LEGEND.map((status) => (
            <li key={status} className="flex items-center gap-1.5 capitalize">
              <i aria-hidden className="h-2.5 w-1.5 rounded-xs" style={{ background: statusSolid[status] }} />
              {status}
            </li>
          ))}
        </ul>
      </div>
      <DaysWithProblems days={data.days} />
    </Card>
  )
}
