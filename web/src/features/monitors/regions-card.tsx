import { useQuery } from '@tanstack/react-query'
import { probersQuery } from '@/parts/data'
import { reasonWords } from '@/parts/monitor-words'
import type { Monitor, MonitorState, RegionState } from '@/types'
import { Card, CardHead } from '@/ui/card'
import { cx } from '@/ui/cx'
import { ms } from '@/ui/format'
import { Glyph, Pill, statusLabel, statusText } from '@/ui/status'
import { Ago } from '@/ui/time'
import { downOnlyFrom, LOCAL, type Place, placesOf, quorumSentence, regionName } from './region-words'

export const DownOnlyFrom = ({ regions }: { regions: readonly string[] }) =>
  regions.length > 0 && <Pill status="degraded">{downOnlyFrom(regions)}</Pill>

/** Why the vote of a region is not counted; nothing while it is. */
function absence({ counts, checked_at, prober, region, status }: RegionState, place: Place | undefined): string | null {
  if (counts) return null
  if (region !== LOCAL && prober === null) return 'No prober'
  if (place?.state === 'offline') return 'Offline'
  if (place?.state === 'waiting') return 'Never came'
  if (checked_at === null) return 'Not checked yet'
  // It has looked, but what it saw is not sure yet: a first failure, or its own side was to blame.
  return status === 'pending' || status === 'unknown' ? 'No vote yet' : 'Stale'
}

const answerOf = ({ status, response_time_ms, reason }: RegionState) =>
  (status === 'down' || status === 'unknown') && reason ? reasonWords(reason) : ms(response_time_ms)

function Region({ state, place }: { state: RegionState; place: Place | undefined }) {
  const { region, prober, checked_at, message } = state
  const missing = absence(state, place)
  const status = missing ? 'unknown' : state.status
  const trouble = status === 'down' || status === 'degraded'
  return (
    <li className="grid grid-cols-[16px_minmax(0,1fr)_auto] items-start gap-x-2.5 px-4 py-2.5">
      <Glyph status={status} className="mt-0.5" />
      <div className="min-w-0">
        <div className="flex min-w-0 flex-wrap items-baseline gap-x-1.5 text-sm">
          <span className="sr-only">{statusLabel[status]}:</span>
          <span className={cx('font-medium wrap-anywhere', region !== LOCAL && 'font-mono text-xs')}>
            {regionName(region)}
          </span>
          {prober && <span className="truncate text-xs text-subtle">{prober}</span>}
        </div>
        {message && (trouble || missing) && (
          <p
            className={cx('text-xs wrap-anywhere first-letter:uppercase', trouble ? statusText[status] : 'text-subtle')}
          >
            {message}
          </p>
        )}
        <p className="text-xs text-subtle">
          {checked_at ? (
            <>
              Checked <Ago at={checked_at} />
            </>
          ) : (
            'Not checked yet'
          )}
        </p>
      </div>
      {missing ? (
        <span className="rounded-xs bg-degraded-soft px-1.5 py-px text-2xs text-degraded ring-1 ring-degraded-line ring-inset">
          {missing}
        </span>
      ) : (
        <span
          className={cx('text-sm whitespace-nowrap tabular-nums', trouble && cx('font-medium', statusText[status]))}
        >
          {answerOf(state)}
        </span>
      )}
    </li>
  )
}

/** How each place sees it, and what they have to agree on; nothing for what is only checked from here. */
export function RegionsCard({ monitor, state }: { monitor: Monitor; state: MonitorState }) {
  const { data } = useQuery(probersQuery)
  const { regions } = state
  if (regions.length < 2 && regions.every(({ region }) => region === LOCAL)) return null
  const places = placesOf(data?.items ?? [], monitor.regions)
  const reached = regions.filter(({ counts, status }) => counts && (status === 'up' || status === 'degraded')).length
  return (
    <Card aria-labelledby="regions" className="overflow-hidden">
      <CardHead id="regions" title="Regions" hint={`${reached} of ${regions.length} reach it`} />
      <ul className="divide-y divide-line">
        {regions.map((one) => (
          <Region key={one.region} state={one} place={places.find(({ region }) => region === one.region)} />
        ))}
      </ul>
      {regions.length > 1 && (
        <p className="border-t border-line px-4 py-2.5 text-xs text-subtle">
          {quorumSentence(monitor.region_quorum, regions.length)}
        </p>
      )}
    </Card>
  )
}
