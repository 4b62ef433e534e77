import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import { keys } from '@/keys'
import type { MonitorListItem, MonitorState, MonitorStatus, Page } from '@/types'

export type MonitorChange = {
  monitor_id: string
  status: MonitorStatus
  response_time_ms: number | null
  checked_at: string | null
}

type List = Page<MonitorListItem>
type Cached = List | InfiniteData<List>

function patchedPage(page: List, changes: Map<string, MonitorChange>): List {
  if (!page.items.some(({ id }) => changes.has(id))) return page
  const items = page.items.map((item) => {
    const change = changes.get(item.id)
    if (!change) return item
    const { checked_at, response_time_ms, status } = change
    return { ...item, checked_at: checked_at ?? item.checked_at, response_time_ms, status }
  })
  return { ...page, items }
}

/** The same list with the changed rows replaced; rows keep their place, so that nothing moves under the pointer. */
export function patched(data: Cached | undefined, changes: Map<string, MonitorChange>): Cached | undefined {
  if (!data) return data
  if (!('pages' in data)) return patchedPage(data, changes)
  const pages = data.pages.map((page) => patchedPage(page, changes))
  return pages.some((page, i) => page !== data.pages[i]) ? { ...data, pages } : data
}

const statusesIn = (data: Cached | undefined): [string, MonitorStatus][] =>
  (data ? ('pages' in data ? data.pages : [data]) : []).flatMap((page) =>
    page.items.map(({ id, status }): [string, MonitorStatus] => [id, status]),
  )

/** Which of the changes turn a monitor's state; a monitor nobody has looked at yet counts as turned. */
function turned(client: QueryClient, changes: MonitorChange[]): Set<string> {
  const known = new Map<string, MonitorStatus>()
  for (const [, data] of client.getQueriesData<Cached>({ queryKey: [...keys.allMonitors, 'list'] }))
    for (const [id, status] of statusesIn(data)) known.set(id, status)
  return new Set(
    changes.flatMap(({ monitor_id, status }) => {
      const before = client.getQueryData<MonitorState>(keys.monitorStatus(monitor_id))?.status ?? known.get(monitor_id)
      return before === status ? [] : [monitor_id]
    }),
  )
}

/** Writes single checks into the cache and asks the server again for what a change of state may have moved. */
export function applyChanges(client: QueryClient, changes: MonitorChange[], incident_ids: string[]): void {
  const byId = new Map(changes.map((change) => [change.monitor_id, change]))
  const moved = turned(client, changes)
  client.setQueriesData<Cached>({ queryKey: [...keys.allMonitors, 'list'] }, (data) => patched(data, byId))
  for (const { monitor_id, checked_at, response_time_ms } of changes) {
    if (moved.has(monitor_id)) void client.invalidateQueries({ queryKey: keys.monitor(monitor_id) })
    else
      client.setQueryData<MonitorState>(
        keys.monitorStatus(monitor_id),
        (state) => state && { ...state, checked_at: checked_at ?? state.checked_at, response_time_ms },
      )
  }
  if (moved.size > 0 || incident_ids.length > 0) void client.invalidateQueries({ queryKey: keys.allMonitors })
  if (incident_ids.length > 0) void client.invalidateQueries({ queryKey: keys.allIncidents })
  for (const id of incident_ids) void client.invalidateQueries({ queryKey: keys.incident(id) })
  // The inbox has a line about each of them.
  if (incident_ids.length > 0) void client.invalidateQueries({ queryKey: keys.feed })
}

/** The lists of heartbeats are asked for again at most this often, whatever pings meanwhile. */
const LISTS_MS = 2_000
let lists: 'fresh' | 'stale' | undefined

function renewLists(client: QueryClient) {
  if (lists) {
    lists = 'stale'
    return
  }
  for (const queryKey of [keys.allHeartbeats, keys.allAiHeartbeats]) void client.invalidateQueries({ queryKey })
  lists = 'fresh'
  setTimeout(() => {
    const again = lists === 'stale'
    lists = undefined
    if (again) renewLists(client)
  }, LISTS_MS)
}

/** A ping moves deadlines, counts and runs at once: what is on the screen about them is asked for again. */
export function renewHeartbeats(client: QueryClient, ids: ReadonlySet<string>): void {
  for (const id of ids) void client.invalidateQueries({ queryKey: keys.heartbeat(id) })
  if (ids.size > 0) renewLists(client)
}
