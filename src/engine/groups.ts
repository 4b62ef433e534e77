import { and, desc, eq, inArray, ne, sql } from 'drizzle-orm'
import { type CorrelationSettings, type Decision, defaultCorrelation } from '#contract/oncall'
import { severities } from '#contract/statuses'
import type { Writer } from '#db/client'
import { alerts, correlation_groups, correlation_keys } from '#db/schema/alerts'
import { correlation_settings } from '#db/schema/correlation-groups'
import { incidents } from '#db/schema/engine'
import { noteOn } from '#engine/alerts'
import type { Incident } from '#engine/incidents'
import type { Facts } from '#engine/subject'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { correlate, groupTitle, keysOf } from '#oncall/correlate'

export type Group = typeof correlation_groups.$inferSelect
export type Joined = {
  decision?: Decision
  /** Why nobody is called for this one; nothing when somebody is. */
  quiet?: string
}
type Key = ReturnType<typeof keysOf>[number]

/** So many of the newest that share a key are looked at: the newest tells whether its group still goes on. */
const LOOKED_AT = 5
/** How long others may join before people are told how large the trouble is, and how often they are told. */
const FIRST_MS = 30_000
const NEXT_MS = 300_000
const isOpen = sql`${incidents.status} <> 'resolved'`
const rank = (severity: Incident['severity']) => severities.indexOf(severity)

export async function settingsOf(db: Writer, tenant_id: string): Promise<CorrelationSettings> {
  const [row] = await db
    .select({ settings: correlation_settings.settings })
    .from(correlation_settings)
    .where(eq(correlation_settings.tenant_id, tenant_id))
  return row?.settings ?? defaultCorrelation
}

export const groupOf = async (db: Writer, id: string): Promise<Group | undefined> =>
  (await db.select().from(correlation_groups).where(eq(correlation_groups.id, id)))[0]

/**
 * Whether a new incident is part of something that is known already. The first of a group has been told by then, so the
 * others are quiet, unless they are worse; those who know of it are told how it has grown. In the caller's transaction.
 */
export async function join(app: Omit<App, 'engine'>, db: Writer, incident: Incident, facts: Facts): Promise<Joined> {
  const settings = await settingsOf(db, incident.tenant_id)
  if (!settings.enabled) return {}
  const now = app.clock.now()
  const keys = keysOf(keyed(incident, facts), settings)
  if (keys.length === 0) return {}
  const open = await sharing(db, incident, keys)
  await remember(db, incident, keys)
  const found = correlate({ settings, keys, opened_at: now, now }, open)
  if (!found) return {}
  const key = keys.find(({ kind, value }) => kind === found.kind && value === found.value)
  if (!key) return {}
  const group =
    'group_id' in found ? await grow(db, found.group_id, now) : await begin(db, incident, key, found.with, now)
  if (!group) return {}
  const root = await rootOf(db, group, incident, facts)
  await db.update(incidents).set({ group_id: group.id }).where(eq(incidents.id, incident.id))
  await noteOn(db, incident.id, 'grouped', `Taken for a part of the trouble ${key.label}`, now, { group_id: group.id })
  const decision: Decision = {
    at: isoAt(now),
    what: 'group',
    took: true,
    message: `It shares its ${key.kind} with others that opened shortly before: ${group.title}`,
    data: { group_id: group.id, kind: key.kind, value: key.value, root_incident_id: root },
  }
  const told = await calledFor(db, group.id)
  if (!told)
    return { decision: { ...decision, took: false, message: `${decision.message}; nobody was called for those` } }
  if (rank(incident.severity) < rank(told.severity))
    return { decision: { ...decision, took: false, message: `${decision.message}; but it is worse than those` } }
  return { decision, quiet: `it is part of a trouble that people know of already (${group.title})` }
}

const keyed = ({ monitor_id }: Incident, { parents, host, addresses, certificate, labels }: Facts) => ({
  monitor_id: monitor_id ?? '',
  parents,
  url: host ? `//${host}` : '',
  addresses,
  certificate,
  regions_failing: labels.regions ?? [],
  tags: labels.tags ?? [],
})
const wire = ({ kind, value }: Pick<Key, 'kind' | 'value'>) => `${kind}:${value}`

async function remember(db: Writer, { id, tenant_id, created_at }: Incident, keys: Key[]) {
  const rows = keys.map((key) => ({ tenant_id, key: wire(key), incident_id: id, at: created_at }))
  await db.insert(correlation_keys).values(rows)
}

/** The newest open incidents that share a key with it, by index. */
async function sharing(db: Writer, { tenant_id, id }: Incident, keys: Key[]) {
  const found: Parameters<typeof correlate>[1] = []
  for (const key of keys) {
    const rows = await db
      .select({
        incident_id: incidents.id,
        group_id: incidents.group_id,
        opened_at: correlation_keys.at,
        group_opened_at: correlation_groups.opened_at,
        last_at: correlation_groups.last_at,
      })
      .from(correlation_keys)
      .innerJoin(incidents, and(eq(incidents.id, correlation_keys.incident_id), isOpen))
      .leftJoin(correlation_groups, eq(correlation_groups.id, incidents.group_id))
      .where(and(eq(correlation_keys.tenant_id, tenant_id), eq(correlation_keys.key, wire(key)), ne(incidents.id, id)))
      .orderBy(desc(correlation_keys.at))
      .limit(LOOKED_AT)
    for (const { incident_id, group_id, opened_at, group_opened_at, last_at } of rows) {
      const group =
        group_opened_at && last_at ? { opened_at: Date.parse(group_opened_at), last_at: Date.parse(last_at) } : null
      found.push({ incident_id, group_id, key, opened_at: Date.parse(opened_at), group })
    }
  }
  return found
}

async function grow(db: Writer, id: string, now: number): Promise<Group | undefined> {
  const [group] = await db
    .update(correlation_groups)
    .set({
      size: sql`${correlation_groups.size} + 1`,
      last_at: isoAt(now),
      summary_at: sql`coalesce(${correlation_groups.summary_at}, ${now + NEXT_MS})`,
    })
    .where(and(eq(correlation_groups.id, id), eq(correlation_groups.status, 'open')))
    .returning()
  if (!group) return undefined
  const [retitled] = await db
    .update(correlation_groups)
    .set({ title: groupTitle({ kind: group.kind, value: group.value, label: group.value }, group.size, null) })
    .where(eq(correlation_groups.id, id))
    .returning()
  return retitled
}

async function begin(
  db: Writer,
  { tenant_id }: Incident,
  key: Key,
  others: string[],
  now: number,
): Promise<Group | undefined> {
  const size = others.length + 1
  const [group] = await db
    .insert(correlation_groups)
    .values({
      id: Bun.randomUUIDv7(),
      tenant_id,
      status: 'open',
      kind: key.kind,
      value: key.value,
      title: groupTitle(key, size, null),
      root_incident_id: others[0]!,
      size,
      opened_at: isoAt(now),
      last_at: isoAt(now),
      summary_at: isoAt(now + FIRST_MS),
      summarised: 1,
    })
    .returning()
  if (!group) return undefined
  await db.update(incidents).set({ group_id: group.id }).where(inArray(incidents.id, others))
  for (const id of others)
    await noteOn(db, id, 'grouped', `Others have the same trouble ${key.label}`, now, { group_id: group.id })
  return group
}

/** The parent of the others is what has probably failed. */
async function rootOf(db: Writer, group: Group, incident: Incident, { parents }: Facts): Promise<string> {
  const isParent = group.kind === 'parent' && group.value === incident.monitor_id && !parents.includes(group.value)
  if (!isParent) return group.root_incident_id
  await db.update(correlation_groups).set({ root_incident_id: incident.id }).where(eq(correlation_groups.id, group.id))
  return incident.id
}

/** The incident of the group for which people were called, the worst of them. */
async function calledFor(db: Writer, group_id: string): Promise<{ severity: Incident['severity'] } | undefined> {
  const rows = await db
    .select({ severity: incidents.severity })
    .from(incidents)
    .innerJoin(alerts, eq(alerts.incident_id, incidents.id))
    .where(and(eq(incidents.group_id, group_id), isOpen, inArray(alerts.status, ['firing', 'acknowledged'])))
  return rows.sort((a, b) => rank(a.severity) - rank(b.severity))[0]
}

/** The oldest of the group that still goes on. */
export async function nextOpen(db: Writer, group_id: string): Promise<Incident | undefined> {
  const [row] = await db
    .select()
    .from(incidents)
    .where(and(eq(incidents.group_id, group_id), isOpen))
    .orderBy(incidents.opened_at, incidents.id)
    .limit(1)
  return row
}

export async function closeGroup(db: Writer, id: string, now: number): Promise<Group | undefined> {
  const [closed] = await db
    .update(correlation_groups)
    .set({ status: 'resolved', resolved_at: isoAt(now), summary_at: null })
    .where(and(eq(correlation_groups.id, id), eq(correlation_groups.status, 'open')))
    .returning()
  return closed
}
