import { and, eq, isNull } from 'drizzle-orm'
import { envelope, paginate } from '#db/query'
import { calendar_feeds as feeds, schedules } from '#db/schema/schedules'
import { tenants } from '#db/schema/tenants'
import { baseUrl } from '#engine/notice'
import { membersOf, namesOf, versionsOf } from '#engine/on-call'
import { change, found } from '#kernel/change'
import type { App, Ctx, Tx } from '#kernel/context'
import { fail } from '#kernel/fail'
import type { PageQuery } from '#kernel/page'
import { requireRoom } from '#kernel/room'
import { randomToken, sha256 } from '#kernel/secrets'
import { type CalendarEvent, icalendar } from '#oncall/ical'
import { type Shift, timeline } from '#oncall/resolve'
import { load } from './versions'
import { type Names, nameOf, type Row } from './view'

const DAY_MS = 86_400_000
const BEHIND_DAYS = 30
const AHEAD_DAYS = 180
const MOST_FEEDS = 100
/** A calendar with more is read by nobody; the nearest count. */
const MOST_EVENTS = 5_000

type Feed = typeof feeds.$inferSelect
/** Each is its maker's own: who knows the address reads what they may read, for as long as they may. */
const mine = (ctx: Ctx | Tx) => and(eq(feeds.tenant_id, ctx.tenant.id), eq(feeds.user_id, ctx.actor.id))
const of = (schedule_id: string | null) =>
  schedule_id === null ? isNull(feeds.schedule_id) : eq(feeds.schedule_id, schedule_id)
const shown = ({ id, schedule_id, created_at }: Feed) => ({ id, schedule_id, created_at })

export async function list(ctx: Ctx, schedule_id: string | null, page: PageQuery) {
  if (schedule_id !== null) await load(ctx, schedule_id)
  const paged = await paginate(ctx.db, feeds, and(mine(ctx), of(schedule_id)), page)
  return envelope(paged.items.map(shown), paged.total, page)
}

/** A new secret address; it is shown once, of it only the hash is kept. */
export async function create(ctx: Ctx, schedule_id: string | null) {
  const token = randomToken()
  const made = await change(ctx, 'calendar_feed.created', async (tx) => {
    if (schedule_id !== null) await load(tx, schedule_id)
    requireRoom(await tx.db.$count(feeds, mine(tx)), MOST_FEEDS, 'calendars of yours')
    const owner = { tenant_id: tx.tenant.id, user_id: tx.actor.id }
    const values = { ...owner, schedule_id, hash: sha256(token), created_at: tx.at }
    return found(await tx.db.insert(feeds).values(values).returning())
  })
  return { ...shown(made), url: `${baseUrl(ctx.app.config)}/api/v1/calendar/${token}.ics` }
}

export const remove = (ctx: Ctx, schedule_id: string | null, id: string) =>
  change(ctx, 'calendar_feed.deleted', async (tx) => {
    const one = and(mine(tx), of(schedule_id), eq(feeds.id, id))
    return found(await tx.db.delete(feeds).where(one).returning())
  })

/** A shift that began before what is shown keeps its name while the window moves over it. */
function eventOf({ id, name }: Row, shift: Shift, begin: number, names: Names | undefined): CalendarEvent {
  const { user_id, layer_id, override_id, from, to, why } = shift
  const began = from === begin ? 'before' : new Date(from).toISOString().replace(/\D/g, '')
  const who = nameOf(names ?? new Map(), user_id)
  const reasons = { layer: 'By rotation', override: 'By an override', temporary: 'By a temporary schedule' }
  return {
    ...{ from, to, description: reasons[why] },
    uid: [id, began, user_id, layer_id ?? override_id ?? why].join('.').concat('@xinex'),
    summary: names ? `${who} (${name})` : `On call: ${name}`,
  }
}

type Shown = { rows: Row[]; members: Names; only?: string; now: number }
async function eventsOf(app: App, { rows, members, only, now }: Shown): Promise<CalendarEvent[]> {
  // By whole days, so that nothing changes from one minute to the next.
  const from = (Math.floor(now / DAY_MS) - BEHIND_DAYS) * DAY_MS
  const to = (Math.floor(now / DAY_MS) + AHEAD_DAYS) * DAY_MS
  const events: CalendarEvent[] = []
  for (const row of rows) {
    const versions = await versionsOf(app.db.read, row, { from, to, now, members })
    const shifts = timeline(versions, from, to).filter(({ user_id }) => only === undefined || user_id === only)
    const people = shifts.map(({ user_id }) => user_id)
    const names = only === undefined ? await namesOf(app.db.read, people) : undefined
    events.push(...shifts.slice(0, MOST_EVENTS).map((shift) => eventOf(row, shift, from, names)))
  }
  return events.sort((a, b) => a.from - b.from || (a.uid < b.uid ? -1 : 1)).slice(0, MOST_EVENTS)
}

/** The calendar behind a secret address; 404 for any other, and for one whose maker has left. */
export async function calendar(app: App, file: string): Promise<string> {
  const token = /^([\w-]{43})\.ics$/.exec(file)?.[1]
  const hash = eq(feeds.hash, sha256(token ?? ''))
  const [feed] = token ? await app.db.read.select().from(feeds).where(hash) : []
  if (!feed) throw fail('NOT_FOUND')
  const { tenant_id, user_id, schedule_id } = feed
  const members = await membersOf(app.db.read, tenant_id)
  if (!members.has(user_id)) throw fail('NOT_FOUND')
  const tenant = found(await app.db.read.select().from(tenants).where(eq(tenants.id, tenant_id)))
  const own = eq(schedules.tenant_id, tenant_id)
  const which = schedule_id === null ? own : and(own, eq(schedules.id, schedule_id))
  const rows = await app.db.read.select().from(schedules).where(which).orderBy(schedules.name, schedules.id)
  const only = schedule_id === null ? user_id : undefined
  const name = only === undefined ? `On call: ${rows[0]?.name ?? ''}` : `On call: ${nameOf(members, user_id)}`
  return icalendar({
    name,
    timezone: (only === undefined ? rows[0]?.config.timezone : undefined) ?? tenant.timezone,
    changed_at: Math.max(Date.parse(feed.created_at), ...rows.map(({ updated_at }) => Date.parse(updated_at))),
    events: await eventsOf(app, { rows, members, only, now: app.clock.now() }),
  })
}
