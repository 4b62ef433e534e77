import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, type Query } from '@/api'
import { keys } from '@/keys'
import { heartbeatGlyph, heartbeatLabel, statusAt } from '@/parts/heartbeats'
import type { Heartbeat, MonitorListItem, MonitorStatus, Page } from '@/types'
import { statusLabel } from '@/ui/status'

const DEBOUNCE_MS = 150
const FOUND = 8

function useTyped(typed: string): string {
  const [q, setQ] = useState('')
  useEffect(() => {
    const wait = setTimeout(() => setQ(typed.trim()), DEBOUNCE_MS)
    return () => clearTimeout(wait)
  }, [typed])
  return q
}
function useItems<T>(key: (query: Query) => readonly unknown[], path: string, q: string, open: boolean): T[] {
  const query = { q, per_page: FOUND }
  const { data } = useQuery({
    queryKey: key(query),
    enabled: open && q !== '',
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<Page<T>>(path, query, { signal }),
  })
  return q === '' ? [] : (data?.items ?? [])
}

type Hit = { id: string; name: string; note: string; glyph: MonitorStatus; word: string; to: `/${Place}/$id` }
type Place = 'monitors' | 'heartbeats' | 'ai-heartbeats'
const heartbeatHit = (heartbeat: Heartbeat): Hit => {
  const { id, name, kind, problems, schedule_words: note } = heartbeat
  const status = statusAt(heartbeat, Date.now())
  const to = kind === 'ai' ? '/ai-heartbeats/$id' : '/heartbeats/$id'
  return { id, name, note, to, glyph: heartbeatGlyph(status, problems.length), word: heartbeatLabel[status] }
}
/** What the server knows by that name. */
export function useFound(typed: string, open: boolean): { title: string; hits: Hit[] }[] {
  const q = useTyped(typed)
  const monitors = useItems<MonitorListItem>(keys.monitors, '/monitors', q, open)
  const heartbeats = useItems<Heartbeat>(keys.heartbeats, '/heartbeats', q, open)
  const agents = useItems<Heartbeat>(keys.aiHeartbeats, '/ai-heartbeats', q, open)
  const found = monitors.map(
    ({ id, name, target, status }): Hit => ({
      ...{ id, name, note: target, glyph: status, word: statusLabel[status], to: '/monitors/$id' },
    }),
  )
  return [
    { title: 'Monitors', hits: found },
    { title: 'Heartbeats', hits: heartbeats.map(heartbeatHit) },
    { title: 'AI heartbeats', hits: agents.map(heartbeatHit) },
  ].filter(({ hits }) => hits.length > 0)
}
