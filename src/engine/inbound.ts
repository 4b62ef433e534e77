import { and, asc, desc, eq, gte, isNotNull, lt, ne, sql } from 'drizzle-orm'
import { type Severity, severities } from '#contract/statuses'
import type { Reader, Writer } from '#db/client'
import { incident_timeline, incidents, type Labels } from '#db/schema/engine'
import { closeFor, closeQuietly, type Incident, isOpen, note, openFor } from '#engine/incidents'
import { enqueue } from '#kernel/change'
import { sha256 } from '#kernel/secrets'

/** The door that an event came in through. */
export type Integration = { id: string; name: string; tenant_id: string }
/** Something another program says is wrong. `dedup_key` is its own name for the trouble: while it is open, again is no news. */
export type Trouble = {
  dedup_key: string
  title: string
  severity: Severity
  message: string | null
  source: string | null
  url: string | null
  labels: Labels
  /** What else it said, bounded by whoever has read it. */
  details: Record<string, unknown>
}
/** One that is there already, by the key it is kept under. */
type About = { key: string; message?: string | null }
/** What is said of it now, as far as it is said. */
export type News = { title?: string; message?: string | null; severity?: Severity }
/** What came of an event; `full`: so many of this door are open that one more is refused. */
export type Outcome = {
  result: 'opened' | 'changed' | 'repeated' | 'acknowledged' | 'closed' | 'commented' | 'nothing' | 'full'
  incident_id: string | null
}

/** Open incidents of one door; a program that invents a new key each time must not bury everything else. */
export const MOST_OPEN = 1_000
/** Entries of the timeline about changes; after that the last one is kept up to date. */
const MOST_CHANGES = 20
const MOST_COMMENTS = 200
/** So far a chain of merged incidents is followed. */
const MOST_MERGES = 10

const prefixOf = (integration_id: string) => `event:${integration_id}:`
/** Under which the one open incident of a key is kept: of a fixed length, whatever the other program calls it. */
export const keyOf = (integration_id: string, dedup_key: string) => `${prefixOf(integration_id)}${sha256(dedup_key)}`

/** All that is open and came in through this door; in the form of the partial index, or it would not be used. */
const openThrough = ({ id, tenant_id }: Integration) => {
  const prefix = prefixOf(id)
  return and(
    eq(incidents.tenant_id, tenant_id),
    gte(incidents.dedup_key, prefix),
    // The character after the colon: everything that begins with the prefix, and nothing else.
    lt(incidents.dedup_key, `${prefix.slice(0, -1)};`),
    sql`${incidents.status} <> 'resolved'`,
  )
}
export const countOpen = (db: Reader | Writer, integration: Integration): Promise<number> =>
  db.$count(incidents, openThrough(integration))

export const openOf = async (
  db: Reader | Writer,
  { tenant_id }: Integration,
  key: string,
): Promise<Incident | undefined> => (await db.select().from(incidents).where(isOpen(tenant_id, key)))[0]

/** The key of an open incident that came in through this door. */
export async function keyOfIncident(
  db: Reader | Writer,
  { id, tenant_id }: Integration,
  incident_id: string,
): Promise<string | undefined> {
  const own = and(
    eq(incidents.tenant_id, tenant_id),
    eq(incidents.integration_id, id),
    eq(incidents.id, incident_id),
    ne(incidents.status, 'resolved'),
  )
  return (await db.select({ key: incidents.dedup_key }).from(incidents).where(own))[0]?.key
}

/** The open incident that people have made this one a part of; whatever is said of it concerns that one. */
async function mergedInto(db: Writer, { tenant_id }: Integration, key: string): Promise<Incident | undefined> {
  const part = and(eq(incidents.tenant_id, tenant_id), eq(incidents.dedup_key, key), isNotNull(incidents.merged_into))
  const [last] = await db.select().from(incidents).where(part).orderBy(desc(incidents.opened_at)).limit(1)
  let into = last?.merged_into
  for (let depth = 0; into && depth < MOST_MERGES; depth++) {
    const one = and(eq(incidents.tenant_id, tenant_id), eq(incidents.id, into))
    const [whole] = await db.select().from(incidents).where(one)
    if (whole && whole.status !== 'resolved') return whole
    into = whole?.merged_into
  }
  return undefined
}

const nothing: Outcome = { result: 'nothing', incident_id: null }
const isWorse = (one: Severity, other: Severity) => severities.indexOf(one) < severities.indexOf(other)
/** People may have made it less severe on purpose: what says the same again does not undo that. */
const risen = (said: Severity, before: unknown, now: Severity) => (said !== before && isWorse(said, now) ? said : now)

type Entry = { id: string; data: Record<string, unknown> | null }
const entriesOf = (db: Writer, incident_id: string): Promise<Entry[]> =>
  db
    .select({ id: incident_timeline.id, data: incident_timeline.data })
    .from(incident_timeline)
    .where(and(eq(incident_timeline.incident_id, incident_id), eq(incident_timeline.kind, 'detected')))
    .orderBy(asc(incident_timeline.at), asc(incident_timeline.id))

/** Counts in the first entry how often the same was said, so that repeats leave no entries. */
async function countRepeat(db: Writer, [first]: Entry[], said: Record<string, unknown>, at: string) {
  if (!first) return
  const { repeats } = first.data ?? {}
  const data = { ...first.data, said, repeats: (typeof repeats === 'number' ? repeats : 0) + 1, last_at: at }
  await db.update(incident_timeline).set({ data }).where(eq(incident_timeline.id, first.id))
}

/** One entry about a change; when there are many, the last one says what is known now. */
async function noteChange(
  db: Writer,
  incident_id: string,
  entries: Entry[],
  message: string,
  data: object,
  at: string,
) {
  const last = entries.at(-1)
  if (entries.length <= MOST_CHANGES || !last)
    return note(db, { incident_id, kind: 'detected', message, at, data: { ...data } })
  const { changes } = last.data ?? {}
  const counted = { ...data, changes: (typeof changes === 'number' ? changes : 1) + 1 }
  return db.update(incident_timeline).set({ message, data: counted, at }).where(eq(incident_timeline.id, last.id))
}

/** More is said of it: what is new is written down, and it may only become more severe. */
async function again(db: Writer, incident: Incident, news: News, at: string): Promise<Outcome> {
  const { id: incident_id, tenant_id } = incident
  const entries = await entriesOf(db, incident_id)
  // Compared with what was said last, not with what stands there: people may have called it something better.
  const before = (entries[0]?.data?.said ?? {}) as News
  const said = { ...before, ...news }
  await countRepeat(db, entries, said, at)
  const severity =
    said.severity === undefined ? incident.severity : risen(said.severity, before.severity, incident.severity)
  const values = {
    ...(said.title !== before.title && { title: said.title }),
    ...(said.message !== before.message && { message: said.message }),
    ...(severity !== incident.severity && { severity }),
  }
  if (Object.keys(values).length === 0) return { result: 'repeated', incident_id }

  const [now] = await db
    .update(incidents)
    .set({ ...values, updated_at: at })
    .where(eq(incidents.id, incident_id))
    .returning()
  const { title, message } = now ?? incident
  const rose = severity !== incident.severity
  const data = rose ? { severity: { from: incident.severity, to: severity } } : {}
  const text = `${rose ? `${incident.severity} → ${severity}: ` : ''}${message ?? title}`
  await noteChange(db, incident_id, entries, text, data, at)
  const payload = { severity_from: incident.severity, severity }
  if (rose) await enqueue(db, { tenant_id, event: 'incident.updated', subject_id: incident_id, payload, at })
  return { result: 'changed', incident_id }
}

/** Opens an incident, or says more about the one that is open under the same key. */
export async function openEvent(db: Writer, integration: Integration, trouble: Trouble, at: string): Promise<Outcome> {
  const { title, message, severity, source, url: source_url, labels, dedup_key, details } = trouble
  const key = keyOf(integration.id, dedup_key)
  const known = await openOf(db, integration, key)
  if (known) return again(db, known, { title, message, severity }, at)
  const whole = await mergedInto(db, integration, key)
  if (whole) return { result: 'repeated', incident_id: whole.id }
  if ((await countOpen(db, integration)) >= MOST_OPEN) return { result: 'full', incident_id: null }
  const incident = await openFor(db, {
    tenant_id: integration.tenant_id,
    integration_id: integration.id,
    source_type: 'event',
    dedup_key: key,
    ...{ title, message, severity, source, source_url, labels, opened_at: at, at },
    data: { integration: integration.name, dedup_key, said: { title, message, severity }, ...details },
  })
  if (!incident) throw new Error('An incident was opened by two at once')
  return { result: 'opened', incident_id: incident.id }
}

/** More about what is open, without a word about all the rest of it. */
export async function changeEvent(
  db: Writer,
  integration: Integration,
  { key, ...news }: News & { key: string },
  at: string,
): Promise<Outcome> {
  const known = await openOf(db, integration, key)
  return known ? again(db, known, news, at) : nothing
}

const actorOf = ({ id, name }: Integration) => ({ id: `integration:${id}`, label: name })

/** Somebody takes care of it, as the other program knows. What is not open here is nothing to do. */
export async function acknowledgeEvent(
  db: Writer,
  integration: Integration,
  { key, message }: About,
  at: string,
): Promise<Outcome> {
  const { name, tenant_id } = integration
  const [incident] = await db
    .update(incidents)
    .set({ status: 'acknowledged', acknowledged_at: at, acknowledged_by: name, updated_at: at })
    .where(and(isOpen(tenant_id, key), ne(incidents.status, 'acknowledged')))
    .returning()
  if (!incident) return nothing
  const { id: incident_id } = incident
  const text = message || `Acknowledged in ${name}`
  await note(db, { incident_id, kind: 'acknowledged', message: text, at }, actorOf(integration))
  const payload = { actor_label: name }
  await enqueue(db, { tenant_id, event: 'incident.acknowledged', subject_id: incident_id, payload, at })
  return { result: 'acknowledged', incident_id }
}

/** Its end. What is not open here is nothing to do; what people opened has no key that could be named. */
export async function closeEvent(
  db: Writer,
  integration: Integration,
  { key, message }: About,
  at: string,
): Promise<Outcome> {
  const text = message || `${integration.name} says that it is over`
  const incident = await closeFor(db, { tenant_id: integration.tenant_id, dedup_key: key, message: text, at })
  return incident ? { result: 'closed', incident_id: incident.id } : nothing
}

/** What somebody wrote about it there. */
export async function commentEvent(
  db: Writer,
  integration: Integration,
  { key, message }: About,
  at: string,
): Promise<Outcome> {
  const incident = await openOf(db, integration, key)
  if (!incident || !message) return nothing
  const { id: incident_id } = incident
  const comments = and(eq(incident_timeline.incident_id, incident_id), eq(incident_timeline.kind, 'commented'))
  if ((await db.$count(incident_timeline, comments)) >= MOST_COMMENTS) return { result: 'nothing', incident_id }
  await note(db, { incident_id, kind: 'commented', message, at }, actorOf(integration))
  return { result: 'commented', incident_id }
}

/** The door is gone, and with it whoever could say that something is over: it ends here, without a word to anybody. */
export async function closeDoor(db: Writer, integration: Integration, at: string): Promise<Incident[]> {
  const { tenant_id, name } = integration
  const open = await db.select({ key: incidents.dedup_key }).from(incidents).where(openThrough(integration))
  const why = `The integration “${name}” was deleted`
  return closeQuietly(db, { tenant_id, keys: open.map(({ key }) => key), why, at })
}
