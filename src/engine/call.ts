import { and, eq } from 'drizzle-orm'
import type { PlannedContact } from '#contract/oncall'
import type { Writer } from '#db/client'
import { pages } from '#db/schema/alerts'
import { type Alert, noteOn, type Page, setAlert } from '#engine/alerts'
import { announce, channelsOf, type Destination, type Handed, toChannel } from '#engine/announce'
import type { Incident } from '#engine/incidents'
import { peopleOf, reachOf } from '#engine/people'
import type { Facts } from '#engine/subject'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { escalate } from '#oncall/escalate'
import { personalPlan } from '#oncall/personal'

type Core = Omit<App, 'engine'>
/** `anew`: who was told before is told again, from the first step on. */
type Told = { at: string; facts?: Facts; anew?: boolean }
type Reached = Awaited<ReturnType<typeof reachOf>>
type Person = Reached['users'][number] & { plan: PlannedContact[] }
type Reach = { people: Person[]; channels: Reached['channels']; empty: Reached['empty'] }

const usable = ({ plan }: Person) => plan.some(({ skipped }) => !skipped)

/** Who a step reaches now, and which ways each of them has. */
async function reachOfStep(db: Writer, alert: Alert, incident: Incident, step: number, now: number): Promise<Reach> {
  const targets = alert.plan?.steps[step]?.targets ?? []
  const { users, channels, empty } = await reachOf(db, alert.tenant_id, targets, now)
  const known = await peopleOf(
    db,
    alert.tenant_id,
    users.map(({ user_id }) => user_id),
  )
  const people = users.flatMap((user) => {
    const person = known.get(user.user_id)
    if (!person) return []
    const { prefs, contacts } = person
    return [{ ...user, plan: personalPlan({ prefs, contacts, severity: incident.severity, now }) }]
  })
  return { people, channels, empty }
}

/**
 * The next step of an alert is taken: whoever it names is called by their own plan, channels are told, and when the one
 * after it is due is written down. Steps that reach nobody are passed. Answers what can go out at once.
 */
export async function takeStep(app: Core, db: Writer, alert: Alert, incident: Incident, told: Told): Promise<Handed[]> {
  const { plan } = alert
  if (!plan) return []
  const now = app.clock.now()
  const reach = new Map<number, Reach>()
  for (const step of plan.steps.keys()) reach.set(step, { people: [], channels: [], empty: [] })
  const known = new Set<number>()
  const look = async (step: number) => {
    known.add(step)
    reach.set(step, await reachOfStep(db, alert, incident, step, now))
  }
  const reaches = (step: number) => {
    const { people, channels } = reach.get(step) ?? { people: [], channels: [] }
    return !known.has(step) || people.some(usable) || channels.length > 0
  }
  let move = escalate(plan, alert, now, reaches)
  // Only the steps that are looked at cost anything; an empty one shows the next.
  while (move.kind === 'step' && !known.has(move.step)) {
    await look(move.step)
    move = escalate(plan, alert, now, reaches)
  }
  for (const { step, round } of move.empty) {
    await noteEmpty(db, incident, step, reach.get(step), now)
    // As rows too: whoever asks why somebody was not called, is told.
    for (const person of reach.get(step)?.people ?? [])
      await openPage(db, { ...alert, step, round }, incident, person, now)
  }
  if (move.kind === 'exhausted') {
    await setAlert(
      db,
      alert.id,
      { next_at: null, round: move.round, reason: 'All steps were taken; nobody has acknowledged' },
      now,
    )
    await noteOn(db, incident.id, 'escalated', 'Nobody is left to call: all steps of the policy were taken', now)
    return []
  }
  const { step, round, next_at } = move
  await setAlert(db, alert.id, { step, round, next_at: next_at === null ? null : isoAt(next_at), reason: null }, now)
  const standing = { ...alert, step, round }
  return call(app, db, standing, incident, reach.get(step)!, told)
}

async function noteEmpty(db: Writer, incident: Incident, step: number, reach: Reach | undefined, now: number) {
  const unreachable = reach?.people.map(({ name }) => `${name} cannot be reached`) ?? []
  const why = [...(reach?.empty.map(({ why }) => why) ?? []), ...unreachable].join('; ') || 'it names nobody'
  await noteOn(db, incident.id, 'escalated', `Step ${step + 1} reaches nobody (${why}): the next one is taken`, now, {
    step,
  })
}

async function call(
  app: Core,
  db: Writer,
  alert: Alert,
  incident: Incident,
  reach: Reach,
  told: Told,
): Promise<Handed[]> {
  const now = app.clock.now()
  const { step, round } = alert
  const names = [...reach.people.map(({ name }) => name), ...reach.channels.map(({ name }) => name)]
  const words = `Step ${step + 1}${round > 0 ? `, round ${round + 1}` : ''} of “${alert.policy_name}”: ${names.join(', ')}`
  await noteOn(db, incident.id, 'escalated', words, now, { alert_id: alert.id, step, round })
  const again = told.anew || round > 0 || step > 0 ? `${alert.id}.${round}.${step}` : undefined
  const all = reach.channels.length > 0 ? await channelsOf(db, alert.tenant_id) : []
  const to: Destination[] = all
    .filter(({ row }) => reach.channels.some(({ id }) => id === row.id))
    .map((channel) => ({ ...toChannel(channel, now), alert_id: alert.id, again }))
  for (const person of reach.people) {
    const page = await openPage(db, alert, incident, person, now)
    if (page) to.push(...dueContacts(page, now))
  }
  return announce(app, db, { event: 'incident.created', incident, ...told }, to)
}

/** One row for each person that a step calls; the same step twice is one. */
async function openPage(
  db: Writer,
  alert: Alert,
  incident: Incident,
  person: Person,
  now: number,
): Promise<Page | undefined> {
  const { user_id, name: user_name, via, plan } = person
  const ways = plan.map((way) => ({ ...way, ...(!way.skipped && Date.parse(way.at) <= now && { done: true }) }))
  const next = nextOf(ways)
  const none = !usable(person)
  const { step, round } = alert
  const [page] = await db
    .insert(pages)
    .values({
      ...{ tenant_id: alert.tenant_id, alert_id: alert.id, incident_id: incident.id },
      ...{ user_id, user_name, step, round, via, plan: ways },
      status: none ? 'unreachable' : next === null ? 'done' : 'active',
      reason: none ? (plan.find(({ skipped }) => skipped)?.skipped ?? 'no way to reach them') : null,
      next_at: next,
      created_at: isoAt(now),
    })
    .onConflictDoNothing()
    .returning()
  if (none)
    await noteOn(db, incident.id, 'suppressed', `${user_name} cannot be reached: no verified way`, now, { user_id })
  return page
}

export const nextOf = (plan: PlannedContact[]): string | null =>
  plan
    .filter(({ skipped, done }) => !skipped && !done)
    .map(({ at }) => at)
    .sort()[0] ?? null

/** Where the ways that are due now, and marked so, lead. */
function dueContacts(page: Page, now: number): Destination[] {
  return page.plan
    .filter(({ done, skipped, at }) => done && !skipped && Date.parse(at) <= now)
    .map((way) => wayTo(page, way))
}
const wayTo = ({ id, alert_id, user_id, user_name }: Page, { contact_id, name, at }: PlannedContact): Destination => ({
  id: contact_id === 'email' ? `user:${user_id}` : contact_id,
  name: `${user_name}, ${name}`,
  user_id,
  alert_id,
  page_id: id,
  // The same way may come again later in one plan.
  again: `${id}.${Date.parse(at)}`,
})

/** The ways of a person's plan that have become due: marked, and answered as destinations. */
export async function continuePage(db: Writer, page: Page, now: number): Promise<Destination[]> {
  const due = ({ skipped, done, at }: PlannedContact) => !skipped && !done && Date.parse(at) <= now
  const plan = page.plan.map((way) => (due(way) ? { ...way, done: true } : way))
  const next = nextOf(plan)
  await db
    .update(pages)
    .set({ plan, next_at: next, ...(next === null && { status: 'done' as const }) })
    .where(and(eq(pages.id, page.id), eq(pages.status, 'active')))
  return page.plan.filter(due).map((way) => wayTo(page, way))
}
