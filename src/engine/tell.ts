import { eq } from 'drizzle-orm'
import type { FeedType } from '#contract/oncall'
import type { Writer } from '#db/client'
import { alerts } from '#db/schema/alerts'
import { incident_timeline, incidents } from '#db/schema/engine'
import { acknowledgeAlerts, liveAlertsOf, noteOn, resolveAlerts } from '#engine/alerts'
import { announce, type Handed, hearsEach } from '#engine/announce'
import { audienceOf } from '#engine/audience'
import type { News } from '#engine/dispatch'
import { postFeed } from '#engine/feed'
import { closeGroup, nextOpen } from '#engine/groups'
import type { Incident } from '#engine/incidents'
import { type Drill, raise } from '#engine/raise'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

type Core = Omit<App, 'engine'>

/** What is known only so long after it began, and has ended since, wakes nobody. */
const LATE_MS = 120_000
const isOver = ({ status, opened_at, source_type }: Incident, now: number) =>
  status === 'resolved' && source_type !== 'manual' && now - Date.parse(opened_at) > LATE_MS
/** The mark in `held` also keeps the end of it quiet. */
async function noteOver(db: Writer, { id }: Incident, at: string) {
  const held = { why: 'over' as const, by: '', name: '', since: at }
  await db.update(incidents).set({ held }).where(eq(incidents.id, id))
  const message = 'Nobody is told: it was over before it became known'
  await db.insert(incident_timeline).values({ incident_id: id, kind: 'suppressed', message, at })
}

const feedTypes: Partial<Record<News['event'], FeedType>> = {
  'incident.created': 'incident_opened',
  'incident.acknowledged': 'incident_acked',
  'incident.resolved': 'incident_resolved',
}
const feedTypeOf = (event: News['event'], { source_type, monitor_id, resolved_by }: Incident): FeedType | undefined => {
  if (source_type === 'heartbeat' && event === 'incident.created') return 'heartbeat_missed'
  if (source_type === 'heartbeat' && event === 'incident.resolved' && !resolved_by) return 'heartbeat_recovered'
  if (monitor_id && event === 'incident.resolved' && !resolved_by) return 'monitor_recovered'
  return feedTypes[event]
}
const feedWords = (event: News['event'], incident: Incident) =>
  event === 'incident.acknowledged'
    ? `${incident.acknowledged_by ?? 'Somebody'} acknowledged: ${incident.title}`
    : event === 'incident.resolved'
      ? `Over: ${incident.title}`
      : incident.title

async function inbox(db: Writer, { event, incident, at }: News) {
  const type = feedTypeOf(event, incident)
  if (!type || incident.source_type === 'drill') return
  await postFeed(db, {
    tenant_id: incident.tenant_id,
    type,
    title: feedWords(event, incident),
    body: event === 'incident.created' ? (incident.message ?? '') : '',
    path: `/incidents/${incident.id}`,
    data: { incident_id: incident.id, monitor_id: incident.monitor_id, heartbeat_id: incident.heartbeat_id },
    at,
  })
}

export type Hold = (db: Writer, incident: Incident) => Promise<boolean>

/** Tells of an incident whoever is to hear of it now, in the caller's transaction. */
export async function tell(app: Core, db: Writer, news: News, hold: Hold): Promise<Handed[]> {
  const { event, incident, at } = news
  const now = app.clock.now()
  if (quietly(news) === undefined) await inbox(db, news)
  if (event === 'incident.created') {
    if (incident.held) return []
    if (await hold(db, incident)) return []
    if (isOver(incident, now)) {
      await noteOver(db, incident, isoAt(now))
      return []
    }
    const drill = incident.source_type === 'drill' ? (news.payload as Drill) : undefined
    return raise(app, db, incident, { at, drill })
  }
  if (event === 'incident.acknowledged') {
    const { for_s } = news.payload
    await acknowledgeAlerts(db, incident, typeof for_s === 'number' ? for_s : undefined, now)
  }
  if (event === 'incident.resolved') return ended(app, db, news)
  // Nobody was told that it began, so nobody is told how it goes on.
  return incident.held ? [] : announce(app, db, news, await audienceOf(db, incident, event, now))
}

/** Why nobody hears that it is over: what it was about is paused or deleted. */
const quietly = ({ payload: { quiet } }: News) => (typeof quiet === 'string' ? quiet : undefined)

async function ended(app: Core, db: Writer, news: News): Promise<Handed[]> {
  const { event, incident, at, payload } = news
  const now = app.clock.now()
  const { group_id } = incident
  const next = group_id ? await nextOpen(db, group_id) : undefined
  if (next) await handOver(db, incident, next, now)
  else await resolveAlerts(db, incident, now, quietly(news))
  const group = group_id && !next ? await closeGroup(db, group_id, now) : undefined
  if (incident.held || quietly(news) !== undefined) return []
  const { down_s } = payload
  const what = { event, incident, at, ...(typeof down_s === 'number' && { down_s }) }
  const to = await audienceOf(db, incident, event, now)
  if (!group_id) return announce(app, db, what, to)
  // Programs hear the end of each; people that of the whole.
  const programs = to.filter(({ channel }) => channel && hearsEach(channel.type))
  const handed = await announce(app, db, what, programs)
  if (!group) return handed
  const words = { title: group.title, size: group.size, open: 0, names: [] }
  const people = to.filter((one) => !programs.includes(one))
  return [...handed, ...(await announce(app, db, { ...what, group: words }, people))]
}

/** Others of its group go on: who was called for this one goes on being called for those. */
async function handOver(db: Writer, from: Incident, to: Incident, now: number) {
  const open = await liveAlertsOf(db, from.id)
  for (const { id, chain } of open) {
    const message = `${from.title} is over; others of the same trouble are not, and the alert goes on with this one`
    const decision = { at: isoAt(now), what: 'handed_over' as const, took: true, message, data: { from: from.id } }
    await db
      .update(alerts)
      .set({ incident_id: to.id, chain: [...chain, decision], updated_at: isoAt(now) })
      .where(eq(alerts.id, id))
  }
  if (open.length === 0) return
  await noteOn(
    db,
    from.id,
    'updated',
    `Others of the same trouble go on: the alert is now that of “${to.title}”`,
    now,
    { to: to.id },
  )
  await noteOn(db, to.id, 'alerted', `Takes over the alert of “${from.title}”, which is over`, now, { from: from.id })
}
