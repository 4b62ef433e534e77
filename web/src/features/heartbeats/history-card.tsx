import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { heartbeatGlyph, heartbeatLabel } from '@/parts/heartbeats'
import type { HeartbeatFlip, HeartbeatUptime } from '@/types'
import { type BarDay, DayBars } from '@/ui/bars'
import { Card, CardHead } from '@/ui/card'
import { duration, percent, plural, sentence } from '@/ui/format'
import { Pager } from '@/ui/pager'
import { ErrorState, Skeleton } from '@/ui/states'
import { Glyph } from '@/ui/status'
import { At } from '@/ui/time'
import { flipsQuery, uptimeQuery } from './queries'

const LISTED = 6

const barOf = ({ date, uptime, down_s }: HeartbeatUptime['days'][number]): BarDay => ({
  ...{ date, uptime, down_s },
  status: down_s > 0 ? 'down' : uptime === null ? 'none' : 'up',
})

function Flip({ flip, next }: { flip: HeartbeatFlip; next: HeartbeatFlip | undefined }) {
  const { from, to, at, message } = flip
  // How long it stood as before; the list is newest first.
  const stood = next && (Date.parse(at) - Date.parse(next.at)) / 1000
  return (
    <li className="grid grid-cols-[16px_minmax(0,1fr)_auto] items-center gap-x-3 px-4 py-2">
      <Glyph status={heartbeatGlyph(to)} size={14} />
      <div className="min-w-0">
        <span className="text-sm">
          {heartbeatLabel[to]}
          {stood !== undefined && (
            <span className="text-subtle tabular-nums">
              {' '}
              after {duration(stood)} {heartbeatLabel[from].toLowerCase()}
            </span>
          )}
        </span>
        {message && <span className="block truncate text-xs text-subtle">{sentence(message)}</span>}
      </div>
      <At at={at} seconds className="text-xs text-muted tabular-nums" />
    </li>
  )
}

/** How much of the time it was down, and when its state changed, at the exact times. */
export function HistoryCard({ id }: { id: string }) {
  const [page, setPage] = useState(1)
  const { data, error, refetch } = useQuery(uptimeQuery(id))
  const flips = useQuery(flipsQuery(id, { page, per_page: LISTED })).data
  if (!data)
    return (
      <Card>
        <CardHead title="Downtime" />
        {error ? <ErrorState error={error} retry={refetch} className="py-8" /> : <Skeleton className="m-4 h-24" />}
      </Card>
    )
  // Nothing was expected so far: there is nothing to tell.
  if (data.uptime === null && flips?.total === 0) return null
  const facts = [
    ['On time', percent(data.uptime)],
    ['Down', data.down_s > 0 ? duration(data.down_s) : data.outages > 0 ? 'Under 1s' : 'Never'],
    ['Outages', String(data.outages)],
  ]
  return (
    <Card aria-labelledby="history" className="overflow-hidden">
      <CardHead id="history" title="Downtime" hint={`last ${plural(data.days.length, 'day')}`} />
      <dl className="grid grid-cols-3 gap-px bg-line">
        {facts.map(([name, value]) => (
          <div key={name} className="bg-surface px-4 py-3">
            <dt className="text-xs text-subtle">{name}</dt>
            <dd className="text-lg font-semibold tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      <div className="border-t border-line px-4 pt-4 pb-3.5">
        <DayBars days={data.days.map(barOf)} height={42} />
      </div>
      {flips && flips.total > 0 && (
        <ul aria-label="Changes of state" className="divide-y divide-line border-t border-line">
          {flips.items.map((flip, i) => (
            <Flip key={`${flip.at} ${flip.to}`} flip={flip} next={flips.items[i + 1]} />
          ))}
        </ul>
      )}
      {flips && <Pager page={page} perPage={LISTED} total={flips.total} onPage={setPage} />}
    </Card>
  )
}
