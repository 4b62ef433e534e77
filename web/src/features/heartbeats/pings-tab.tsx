import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { pingKinds } from '#contract/heartbeats'
import type { Heartbeat, HeartbeatPing } from '@/types'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Segmented } from '@/ui/choice'
import { cx } from '@/ui/cx'
import { count, ms } from '@/ui/format'
import { Pager } from '@/ui/pager'
import { EmptyState, ErrorState, Refreshing, SkeletonRows } from '@/ui/states'
import { Glyph } from '@/ui/status'
import { At } from '@/ui/time'
import { PingBody } from './ping-body'
import { PER_PAGE, pingsQuery } from './queries'
import { doorWords } from './rail'
import { bytes, numbersWords, pingGlyph, pingLabel } from './words'

const LAYOUT = 'grid-cols-[14px_minmax(0,1fr)_auto] lg:grid-cols-[14px_minmax(0,1fr)_72px_minmax(0,200px)_84px_150px]'
const choices = [{ value: 'all', label: 'All' }, ...pingKinds.map((value) => ({ value, label: pingLabel[value] }))]

/** `exit code 3, rows 1,200, run a1b2c3`. */
const saidBy = ({ exit_code, numbers, rid }: HeartbeatPing) =>
  [exit_code !== null && `exit code ${exit_code}`, numbersWords(numbers), rid && `run ${rid}`]
    .filter(Boolean)
    .join(', ')

function Row({ ping, onBody }: { ping: HeartbeatPing; onBody: () => void }) {
  const { n, kind, at, door, method, address, agent, duration_ms, note, body_bytes } = ping
  const said = saidBy(ping)
  const from = [doorWords(door, method), address].filter(Boolean).join(' ')
  return (
    <li className={cx('grid items-center gap-x-3 gap-y-1 px-4 py-2 text-sm', LAYOUT)}>
      <Glyph status={pingGlyph[kind]} size={14} />
      <div className="min-w-0">
        <span className={cx(kind === 'fail' && 'text-down')}>{pingLabel[kind]}</span>
        <span className="text-xs text-subtle tabular-nums"> #{count(n)}</span>
        {said && (
          <span className="block truncate text-xs text-muted" title={said}>
            {said}
          </span>
        )}
        {note && (
          <span className="block truncate text-xs text-subtle" title={note}>
            {note}
          </span>
        )}
      </div>
      <span className="text-right tabular-nums max-lg:hidden">{duration_ms === null ? '' : ms(duration_ms)}</span>
      <span className="truncate text-xs text-subtle max-lg:hidden" title={[from, agent].filter(Boolean).join(', ')}>
        {from}
      </span>
      <div className="text-right max-lg:row-start-2 max-lg:col-start-2 max-lg:text-left">
        {body_bytes > 0 && (
          <Button size="sm" aria-label={`Body of ping ${n}, ${bytes(body_bytes)}`} onClick={onBody}>
            {bytes(body_bytes)}
          </Button>
        )}
      </div>
      <At
        at={at}
        seconds
        className="text-right text-xs text-muted tabular-nums max-lg:col-start-3 max-lg:row-start-1"
      />
    </li>
  )
}

/** Everything that came in and is still kept, newest first. */
export function PingsTab({ heartbeat: { id } }: { heartbeat: Heartbeat }) {
  const search = useSearch({ from: '/app/heartbeats/$id' })
  const navigate = useNavigate({ from: '/heartbeats/$id' })
  const { page = 1 } = search
  const kind = pingKinds.find((one) => one === search.kind)
  const [opened, setOpened] = useState<HeartbeatPing | null>(null)
  const { data, error, refetch, isPlaceholderData } = useQuery(pingsQuery(id, { page, per_page: PER_PAGE, kind }))
  const go = (part: { page?: number; kind?: string }) =>
    void navigate({ search: { ...search, ...part }, replace: true, resetScroll: false })
  const filter = (next: string) => go({ kind: next === 'all' ? undefined : next, page: undefined })
  return (
    <Card aria-labelledby="pings" className="mt-4 overflow-hidden">
      <CardHead id="pings" title="Pings" hint={data && `${count(data.total)} kept`}>
        <Segmented size="sm" label="Kind" value={kind ?? 'all'} onChange={filter} choices={choices} />
      </CardHead>
      <Refreshing when={isPlaceholderData} />
      {data ? (
        data.items.length > 0 ? (
          <>
            <div
              aria-hidden
              className={cx(
                'hidden h-9 items-center gap-x-3 border-b border-line px-4 text-xs text-subtle lg:grid',
                LAYOUT,
              )}
            >
              <span />
              <span>What it said</span>
              <span className="text-right">Took</span>
              <span>From</span>
              <span className="text-right">Body</span>
              <span className="text-right">When</span>
            </div>
            <ul className="divide-y divide-line">
              {data.items.map((ping) => (
                <Row key={ping.n} ping={ping} onBody={() => setOpened(ping)} />
              ))}
            </ul>
          </>
        ) : kind ? (
          <EmptyState
            title={`No ping of the kind “${pingLabel[kind]}”`}
            action={<Button onClick={() => filter('all')}>Clear filter</Button>}
          />
        ) : (
          <EmptyState title="No pings yet">The first one appears here a moment after it came.</EmptyState>
        )
      ) : error ? (
        <ErrorState error={error} retry={refetch} />
      ) : (
        <SkeletonRows height="h-11" rows={10} />
      )}
      {data && (
        <Pager
          page={page}
          perPage={PER_PAGE}
          total={data.total}
          onPage={(next) => go({ page: next === 1 ? undefined : next })}
        />
      )}
      <PingBody id={id} ping={opened} onClose={() => setOpened(null)} />
    </Card>
  )
}
