import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import type { Heartbeat, Page } from '@/types'
import { heartbeatGlyph, heartbeatLabel, heartbeatQuery, heartbeatsQuery, statusAt } from './heartbeats'
import { FOUND, type Thing, ThingsField, useTyped } from './things-field'

type Beat = Pick<Heartbeat, 'id' | 'name' | 'status' | 'expected_at' | 'running' | 'problems'>
function thingOf(beat: Beat): Thing {
  const status = statusAt(beat, Date.now())
  const { id, name, problems } = beat
  return { id, name, target: '', status: heartbeatGlyph(status, problems.length), label: heartbeatLabel[status] }
}

/** Heartbeats of both kinds out of possibly thousands. Inside `<Field>` it takes the label from there. */
export function HeartbeatIdsField({
  ids,
  onChange,
  single,
}: {
  ids: readonly string[]
  onChange: (ids: string[]) => void
  single?: boolean
}) {
  const { typed, setTyped, query } = useTyped()
  const [picked, setPicked] = useState<ReadonlyMap<string, Thing>>(new Map())
  const jobs = useQuery({ ...heartbeatsQuery(query), placeholderData: keepPreviousData }).data
  const agents = useQuery({
    queryKey: keys.aiHeartbeats(query),
    queryFn: ({ signal }) => api.get<Page<Beat>>('/ai-heartbeats', query, { signal }),
    placeholderData: keepPreviousData,
  }).data
  const missing = ids.filter((id) => !picked.has(id))
  const loaded = useQueries({ queries: missing.map((id) => heartbeatQuery(id)) })
  const known = new Map(picked)
  for (const { data } of loaded) if (data) known.set(data.id, thingOf(data))
  const found = jobs && agents && [...jobs.items, ...agents.items].map(thingOf)
  return (
    <ThingsField
      chosen={ids.map((id): Thing => known.get(id) ?? { id, name: '…', target: '', status: 'unknown' })}
      found={found?.sort((a, b) => a.name.localeCompare(b.name)).slice(0, FOUND)}
      typed={typed}
      setTyped={setTyped}
      onChange={(next) => {
        setPicked(new Map(next.map((one) => [one.id, one])))
        onChange(next.map(({ id }) => id))
      }}
      placeholder="Search by name"
      none="No heartbeat matches."
      single={single}
    />
  )
}
