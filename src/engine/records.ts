import type { NoticeEvent } from '#contract/events'
import type { Writer } from '#db/client'
import type { Destination } from '#engine/announce'
import type { Change } from '#engine/heartbeats/news'
import { inform, NEWS, plainNotice, recorders } from '#engine/inform'
import type { Row as Window } from '#engine/maintenance-rows'
import { baseUrl } from '#engine/notice'
import type { Transition } from '#engine/record'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

type Core = Omit<App, 'engine'>

/** News for programs that keep a record: what has changed, whether anybody is called for it or not. In the caller's transaction. */

/** Who asks for such news, in one transaction: read once for each workspace, however many of its monitors change. */
function whoAsks(app: Core, db: Writer) {
  const known = new Map<string, Promise<Destination[]>>()
  return (tenant_id: string, event: NoticeEvent) => {
    const key = `${tenant_id} ${event}`
    const asked = known.get(key) ?? recorders(db, tenant_id, event, app.clock.now())
    known.set(key, asked)
    return asked
  }
}

/** What people see of monitors is otherwise. Answers whether anybody is told. */
export async function tellStatus(app: Core, db: Writer, transitions: Transition[]): Promise<boolean> {
  const asking = whoAsks(app, db)
  let told = false
  for (const { monitor, was, status, from, maintained, verdict } of transitions) {
    if (maintained || was === status) continue
    const { tenant_id, id, name } = monitor
    const to = await asking(tenant_id, 'monitor.status_changed')
    if (to.length === 0) continue
    const worded = plainNotice({
      event: 'monitor.status_changed',
      ...{ title: `${name}: ${was} → ${status}`, body: verdict.message },
      ...{ url: `${baseUrl(app.config)}/monitors/${id}`, at: isoAt(from) },
      data: { monitor_id: id, name, status, previous_status: was, changed_at: isoAt(from), message: verdict.message },
    })
    const key = `monitor:${id}:${from}:${status}`
    await inform(app, db, { tenant_id, event: 'monitor.status_changed', key, worded, priority: NEWS }, to)
    told = true
  }
  return told
}

/** Silence and failure of heartbeats, and the end of it. */
export async function tellBeats(app: Core, db: Writer, changes: Change[]): Promise<void> {
  const asking = whoAsks(app, db)
  for (const { row, after, flips } of changes) {
    const { tenant_id, id, name, kind } = row
    const path = kind === 'ai' ? 'ai-heartbeats' : 'heartbeats'
    for (const { from, to: status, at, reason, message } of flips) {
      if (status !== 'down' && !(from === 'down' && status === 'up')) continue
      const event = status === 'down' ? 'heartbeat.missed' : 'heartbeat.recovered'
      const to = await asking(tenant_id, event)
      if (to.length === 0) continue
      const last_ping_at = after.last_ping_at === null ? null : isoAt(after.last_ping_at)
      const worded = plainNotice({
        ...{ event, title: `${name}: ${status}`, body: message ?? '', at: isoAt(at) },
        url: `${baseUrl(app.config)}/${path}/${id}`,
        data: { heartbeat_id: id, name, kind, status, reason, message, changed_at: isoAt(at), last_ping_at },
      })
      await inform(app, db, { tenant_id, event, key: `heartbeat:${id}:${at}:${status}`, worded, priority: NEWS }, to)
    }
  }
}

export async function tellMaintenance(
  app: Core,
  db: Writer,
  { id, tenant_id, name, description, scope }: Window,
  { event, at, until }: { event: 'maintenance.started' | 'maintenance.ended'; at: string; until: string | null },
): Promise<void> {
  const to = await recorders(db, tenant_id, event, app.clock.now())
  if (to.length === 0) return
  const title = event === 'maintenance.started' ? `Maintenance “${name}” has begun` : `Maintenance “${name}” is over`
  const worded = plainNotice({
    ...{ event, title, body: description ?? '', url: `${baseUrl(app.config)}/maintenance`, at },
    data: { maintenance_id: id, name, scope, at, ...(until !== null && { until }) },
  })
  await inform(app, db, { tenant_id, event, key: `maintenance:${id}:${event}:${at}`, worded, priority: NEWS }, to)
}
