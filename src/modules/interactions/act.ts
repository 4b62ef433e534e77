import { and, eq } from 'drizzle-orm'
import { channelOf } from '#channels/index'
import { oneLine } from '#channels/text'
import { allows } from '#contract/permissions'
import { users } from '#db/schema/auth'
import { incidents } from '#db/schema/engine'
import { notification_channels } from '#db/schema/notification-channels'
import { memberships, tenants } from '#db/schema/tenants'
import { type Actor, type App, type Ctx, systemCtx, type Tenant } from '#kernel/context'
import { AppError } from '#kernel/fail'
import { createLinks, type SignedAction } from '#kernel/signed-links'
import { acknowledge, resolve } from '#modules/incidents/service'

type Incident = typeof incidents.$inferSelect

/** What a link is about, and in whose name it would act. */
export type Asked = { action: SignedAction['action']; incident: Incident; tenant: Tenant; actor: Actor }

/** Who pressed, where a provider vouches for that; and where from. */
export type Pressed = { person?: string; from?: string; address?: string; request_id?: string }

/** `already`: somebody was quicker; `over`: there is nothing left to take; `forbidden`: this person may only look. */
export type Outcome = 'done' | 'already' | 'over' | 'forbidden'

const NAME = 80
const named = (text: string | undefined) => oneLine(text ?? '').slice(0, NAME)

/** A person still has to belong to the workspace, and may by a link what they may anyway. */
async function personOf({ db }: App, tenant_id: string, id: string, { from = 'link' }: Pressed) {
  const [found] = await db.read
    .select({ name: users.name, email: users.email, role: memberships.role, leaving: users.deletes_at })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(and(eq(memberships.tenant_id, tenant_id), eq(memberships.user_id, id)))
  if (!found || found.leaving) return undefined
  return { label: `${named(found.name || found.email)}, by ${from}`, role: found.role }
}

/** Whoever reads a channel of the workspace answers in its name. */
async function channelLabel({ db }: App, tenant_id: string, id: string, { person }: Pressed) {
  const [found] = await db.read
    .select({ name: notification_channels.name, type: notification_channels.type })
    .from(notification_channels)
    .where(and(eq(notification_channels.tenant_id, tenant_id), eq(notification_channels.id, id)))
  if (!found) return undefined
  const title = channelOf(found.type)?.title ?? found.type
  const place = found.name.toLowerCase().includes(title.toLowerCase()) ? found.name : `${title} ${found.name}`
  return { label: person ? `${named(person)}, by ${place}` : place, role: 'member' as const }
}

/** What was merged goes on in another one: whoever answers, answers that. */
async function goesOnIn({ db }: App, incident: Incident): Promise<Incident> {
  const seen = new Set([incident.id])
  for (let at = incident; at.merged_into !== null && !seen.has(at.merged_into); ) {
    const { merged_into, tenant_id } = at
    const [next] = await db.read
      .select()
      .from(incidents)
      .where(and(eq(incidents.id, merged_into), eq(incidents.tenant_id, tenant_id)))
    if (!next) return at
    seen.add(next.id)
    at = next
    if (at.merged_into === null) return at
  }
  return incident
}

/**
 * What a token asks for; nothing for one that was not made here or is too old, nor once the incident, the person or the
 * channel is gone. The signature is what vouches for the incident: its workspace follows from it.
 */
export async function askedBy(app: App, token: string, pressed: Pressed = {}): Promise<Asked | undefined> {
  const said = createLinks(app).read(token, app.clock.now())
  if (!said) return undefined
  const [found] = await app.db.read
    .select({ incident: incidents, tenant: tenants })
    .from(incidents)
    .innerJoin(tenants, eq(tenants.id, incidents.tenant_id))
    .where(eq(incidents.id, said.incident_id))
  if (!found) return undefined
  const { tenant } = found
  const incident = await goesOnIn(app, found.incident)
  const { type, id } = said.by
  const who = await (type === 'user' ? personOf : channelLabel)(app, tenant.id, id, pressed)
  if (!who) return undefined
  const actor: Actor = { kind: 'link', id, ...who, scope: 'full', instance_admin: false }
  return { action: said.action, incident, tenant, actor }
}

/** What acting now would come to. In a drill everybody who was called is to answer. */
export function outlook({ action, incident, actor }: Asked): Outcome | 'possible' {
  if (!allows(actor.role, 'incidents:respond')) return 'forbidden'
  if (incident.status === 'resolved') return action === 'resolve' ? 'already' : 'over'
  const again = incident.source_type !== 'drill'
  return action === 'acknowledge' && incident.status === 'acknowledged' && again ? 'already' : 'possible'
}

/** Does what is asked, once; asked again it changes nothing, and says how it stands. */
export async function act(app: App, asked: Asked, { address, request_id }: Pressed = {}) {
  const before = outlook(asked)
  if (before !== 'possible') return { outcome: before, asked }
  const ctx: Ctx = systemCtx(app, asked.tenant, { actor: asked.actor, address, request_id })
  const { id } = asked.incident
  try {
    const incident = await (asked.action === 'resolve' ? resolve(ctx, id, {}) : acknowledge(ctx, id, {}))
    // Somebody may have been quicker by a moment, and is who did it.
    const did = asked.action === 'resolve' ? incident.resolved_by : incident.acknowledged_by
    const outcome: Outcome = did === asked.actor.label ? 'done' : 'already'
    return { outcome, asked: { ...asked, incident: { ...asked.incident, ...incident } } }
  } catch (error) {
    // Resolved in the same moment.
    if (error instanceof AppError && error.code === 'CONFLICT') return { outcome: 'over' as const, asked }
    throw error
  }
}

/** One sentence for the place where somebody pressed a button. */
export function sentenceOf(outcome: Outcome, { action, incident, actor }: Asked): string {
  const { acknowledged_by, resolved_by, title } = incident
  switch (outcome) {
    case 'done':
      return `${action === 'resolve' ? 'Resolved' : 'Acknowledged'} by ${actor.label}: ${title}`
    case 'already':
      return action === 'resolve'
        ? `It was already resolved${resolved_by ? ` by ${resolved_by}` : ''}: ${title}`
        : `It was already acknowledged by ${acknowledged_by ?? 'somebody'}: ${title}`
    case 'over':
      return `It is over already${resolved_by ? `, resolved by ${resolved_by}` : ''}: ${title}`
    case 'forbidden':
      return `Your role lets you look at incidents, not answer them: ${title}`
  }
}
