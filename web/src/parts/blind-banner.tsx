import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import { probersQuery } from '@/parts/data'
import { useCan } from '@/session'
import type { BlindPeriod, Page, Prober } from '@/types'
import { Glyph } from '@/ui/status'
import { SinceThen } from './blind'
import { blindNow, namesOf } from './blind-words'

/** No live message is sent about these: they are asked for. */
const EVERY_MS = 15_000
const query = { prober_id: 'local', per_page: 20 }

const Line = ({ children, to }: { children: ReactNode; to?: ReactNode }) => (
  <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5 px-4 py-2.5 [&_a]:font-medium [&_a]:underline [&_a]:underline-offset-3">
    <Glyph status="unknown" />
    <p className="min-w-0 flex-1 basis-60 break-words">{children}</p>
    {to}
  </div>
)

const unseen = (probers: readonly Prober[]) => `what ${probers.length === 1 ? 'it' : 'they'} would see is unknown.`
const labelOf = ({ name, region }: Prober) => `${name} (${region})`

/** Since when, where one is meant. */
const When = ({ probers, at }: { probers: readonly Prober[]; at: string | null | undefined }) =>
  probers.length === 1 && at ? (
    <>
      {' '}
      since <SinceThen at={at} />
    </>
  ) : null

/** A quiet word while somebody of ours cannot see; nothing otherwise. */
export function BlindBanner() {
  const mayProbers = useCan('probers:write')
  const mayNetwork = useCan('instance:admin')
  const { data: periods } = useQuery({
    queryKey: keys.blindPeriods(query),
    refetchInterval: EVERY_MS,
    queryFn: ({ signal }) => api.get<Page<BlindPeriod>>('/probers/blind-periods', query, { signal }),
  })
  const { data: probers } = useQuery({ ...probersQuery, refetchInterval: EVERY_MS })
  const { uplink_since, offline, cut_off } = blindNow(periods?.items ?? [], probers?.items ?? [])
  if (!uplink_since && offline.length === 0 && cut_off.length === 0) return null
  const toProbers = mayProbers && <Link to="/settings/probers">Probers</Link>
  return (
    <section
      aria-label="What cannot be seen now"
      className="mb-4 divide-y divide-paused-line rounded-lg border border-paused-line bg-paused-soft text-sm"
    >
      {uplink_since && (
        <Line to={mayNetwork && <Link to="/settings/network">Network</Link>}>
          Our own network seems down since <SinceThen at={uplink_since} />: what fails is unknown, and nobody is paged.
        </Line>
      )}
      {offline.length > 0 && (
        <Line to={toProbers}>
          {offline.length === 1 ? 'Prober' : `${offline.length} probers are offline:`} {namesOf(offline.map(labelOf))}
          {offline.length === 1 && ' is offline'}
          <When probers={offline} at={offline[0]?.last_seen_at} />
          {': '}
          {unseen(offline)}
        </Line>
      )}
      {cut_off.length > 0 && (
        <Line to={toProbers}>
          The network of {namesOf(cut_off.map(labelOf))} seems down
          <When probers={cut_off} at={cut_off[0]?.uplink?.since} />: {unseen(cut_off)}
        </Line>
      )}
    </section>
  )
}
