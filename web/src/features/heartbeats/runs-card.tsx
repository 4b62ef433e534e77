import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Heartbeat, HeartbeatRun } from '@/types'
import { Card, CardHead } from '@/ui/card'
import { cx } from '@/ui/cx'
import { ms, plural, words } from '@/ui/format'
import { Pager } from '@/ui/pager'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { Glyph, statusSolid, statusText } from '@/ui/status'
import { At, Since } from '@/ui/time'
import { runsQuery } from './queries'
import { RunsTimeline } from './runs-timeline'
import { numbersWords, problemWords, runGlyph, runLabel } from './words'

const DRAWN = 60
const LISTED = 8

const problemName = (code: string) =>
  (Object.entries(problemWords).find(([name]) => name === code)?.[1].title ?? words(code)).toLowerCase()

const cells =
  'grid grid-cols-[16px_minmax(0,1fr)_auto] items-center gap-x-3 px-4 py-2 sm:grid-cols-[16px_minmax(0,1fr)_90px_130px]'

function Row({ run }: { run: HeartbeatRun }) {
  const { status, problems, duration_ms, ended_at, numbers, rid } = run
  const glyph = runGlyph(status, problems.length)
  const about = [problems.map(problemName).join(', '), numbersWords(numbers)].filter(Boolean).join(' · ')
  return (
    <li className={cells}>
      <Glyph status={glyph} size={14} />
      <div className="min-w-0">
        <span className={cx('text-sm', glyph !== 'up' && statusText[glyph])}>
          {runLabel[status]}
          {glyph === 'degraded' && ', not as expected'}
        </span>
        <span className="block truncate text-xs text-subtle empty:hidden" title={rid ? `rid ${rid}` : undefined}>
          {about}
        </span>
      </div>
      <span className="text-right text-sm tabular-nums max-sm:row-span-2">{ms(duration_ms)}</span>
      <At
        at={ended_at}
        seconds
        className="text-right text-xs text-muted tabular-nums max-sm:col-start-2 max-sm:text-left"
      />
    </li>
  )
}

const Legend = ({ running }: { running: boolean }) => {
  const kinds = [
    ['As expected', statusSolid.up],
    ['Not as expected', statusSolid.degraded],
    ['Failed', statusSolid.down],
    ...(running ? [['Under way', 'var(--accent)']] : []),
  ]
  return (
    <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-subtle">
      {kinds.map(([name, color]) => (
        <li key={name} className="flex items-center gap-1.5">
          <i aria-hidden className="h-2.5 w-1.5 rounded-xs" style={{ background: color }} />
          {name}
        </li>
      ))}
    </ul>
  )
}

/** The last runs: as bars for the eye, and as a list with every fact. */
export function RunsCard({ heartbeat }: { heartbeat: Heartbeat }) {
  const { id, running } = heartbeat
  const [page, setPage] = useState(1)
  const last = useQuery(runsQuery(id, { per_page: DRAWN })).data
  const { data, error, refetch } = useQuery(runsQuery(id, { page, per_page: LISTED }))
  return (
    <Card aria-labelledby="runs" className="overflow-hidden">
      <CardHead id="runs" title="Runs" hint={data && data.total > 0 ? plural(data.total, 'run') : undefined} />
      {last && (last.items.length > 0 || running.length > 0) && (
        <div className="border-b border-line px-4 pt-4 pb-3">
          <RunsTimeline runs={last.items} running={running} />
          <Legend running={running.length > 0} />
        </div>
      )}
      {data ? (
        data.total > 0 || running.length > 0 ? (
          <ul className="divide-y divide-line">
            {page === 1 &&
              running.map(({ rid, at }) => (
                <li key={`${at} ${rid}`} className={cells}>
                  <Glyph status="pending" size={14} />
                  <span className="text-sm text-accent">Under way</span>
                  <Since at={at} className="text-right text-sm max-sm:row-span-2" />
                  <At
                    at={at}
                    seconds
                    className="text-right text-xs text-muted tabular-nums max-sm:col-start-2 max-sm:text-left"
                  />
                </li>
              ))}
            {data.items.map((run) => (
              <Row key={`${run.ended_at} ${run.rid ?? ''}`} run={run} />
            ))}
          </ul>
        ) : (
          <p className="px-4 py-4 text-sm text-muted">No run so far. The first ping begins the history.</p>
        )
      ) : error ? (
        <ErrorState error={error} retry={refetch} className="py-8" />
      ) : (
        <SkeletonRows rows={4} height="h-11" />
      )}
      {data && <Pager page={page} perPage={LISTED} total={data.total} onPage={setPage} />}
    </Card>
  )
}
