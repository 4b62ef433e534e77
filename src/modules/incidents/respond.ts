import { and, eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { incidents } from '#db/schema/engine'
import { escalation_policies } from '#db/schema/escalation-policies'
import { memberships } from '#db/schema/tenants'
import * as engine from '#engine/incidents'
import { tellIncident } from '#engine/live'
import { whyOf } from '#engine/why'
import { found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { Ctx, Tx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import { lineFault, textFault } from '#kernel/faults'
import type { Assignment, Edit, Merge, Note, Snooze } from './schema'
import { step } from './step'

const one = (ctx: Ctx | Tx, id: string) => and(eq(incidents.tenant_id, ctx.tenant.id), eq(incidents.id, id))
const never = () => false

/** Why each person and each channel was told of it, or was not. */
export const why = async (ctx: Ctx, id: string) =>
  whyOf(ctx.db, found(await ctx.db.select().from(incidents).where(one(ctx, id))))

export async function edit(ctx: Ctx, id: string, { title, severity }: Edit) {
  const fault = title === undefined ? undefined : lineFault(title)
  if (fault) throw invalid({ title: fault })
  return step(ctx, id, {
    event: 'incident.updated',
    done: (row) => (title === undefined || title.trim() === row.title) && (severity ?? row.severity) === row.severity,
    verb: (tx) => engine.edit(tx, id, { title: title?.trim(), severity }),
  })
}

/** Somebody else is called from now on: one person at once, or a policy from its first step. */
export async function assign(ctx: Ctx, id: string, { user_id, policy_id }: Assignment) {
  if ((user_id === undefined) === (policy_id === undefined))
    throw invalid({ user_id: 'name either a person or a policy', policy_id: 'name either a person or a policy' })
  let to: { user?: { id: string; name: string }; policy?: { id: string; name: string } } = {}
  return step(ctx, id, {
    event: 'incident.assigned',
    done: never,
    async verb(tx) {
      to =
        user_id === undefined ? { policy: await policyOf(tx, policy_id ?? '') } : { user: await memberOf(tx, user_id) }
      return engine.assign(tx, id, to)
    },
    tell: () => ({ user_id: to.user?.id, policy_id: to.policy?.id, name: to.user?.name ?? to.policy?.name }),
  })
}
async function memberOf(tx: Tx, user_id: string) {
  const [user] = await tx.db
    .select({ id: users.id, name: users.name, email: users.email })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(and(eq(memberships.tenant_id, tx.tenant.id), eq(users.id, user_id)))
  if (!user) throw invalid({ user_id: 'is not a member of this workspace' })
  return { id: user.id, name: user.name || user.email }
}
async function policyOf(tx: Tx, policy_id: string) {
  const [policy] = await tx.db
    .select({ id: escalation_policies.id, name: escalation_policies.name })
    .from(escalation_policies)
    .where(and(eq(escalation_policies.tenant_id, tx.tenant.id), eq(escalation_policies.id, policy_id)))
  if (!policy) throw invalid({ policy_id: 'is not an escalation policy of this workspace' })
  return policy
}

const MOST_MS = 30 * 86_400_000

/** Nobody is called until then; what happens meanwhile is recorded as ever. */
export async function snooze(ctx: Ctx, id: string, { until, for_s }: Snooze) {
  if ((until === undefined) === (for_s === undefined))
    throw invalid({ until: 'name either a moment or a time in seconds' })
  const now = ctx.now()
  const at = until === undefined ? now + (for_s ?? 0) * 1_000 : Date.parse(until)
  if (!Number.isFinite(at)) throw invalid({ until: 'is not a moment such as 2026-05-01T12:00:00Z' })
  if (at <= now || at > now + MOST_MS) throw invalid({ until: 'must be within the next 30 days' })
  return step(ctx, id, { event: 'incident.snoozed', done: never, verb: (tx) => engine.snooze(tx, id, isoAt(at)) })
}
export const unsnooze = (ctx: Ctx, id: string) =>
  step(ctx, id, {
    event: 'incident.unsnoozed',
    done: ({ snoozed_until, status }) => snoozed_until === null && status !== 'resolved',
    verb: (tx) => engine.unsnooze(tx, id),
  })

function words({ message }: Note): string | undefined {
  const fault = textFault(message ?? '')
  if (fault) throw invalid({ message: fault })
  return message?.trim() || undefined
}

/** It goes on after all: people are called again. */
export async function reopen(ctx: Ctx, id: string, note: Note) {
  const message = words(note)
  return step(ctx, id, { event: 'incident.reopened', done: never, verb: (tx) => engine.reopen(tx, id, message) })
}

/** It was part of another one all along. */
export async function merge(ctx: Ctx, id: string, { into }: Merge) {
  const merged = await step(ctx, id, {
    event: 'incident.merged',
    done: ({ merged_into }) => merged_into === into,
    async verb(tx) {
      const [target] = await tx.db.select({ id: incidents.id }).from(incidents).where(one(tx, into))
      if (!target) throw invalid({ into: 'is not an incident of this workspace' })
      return engine.merge(tx, id, into)
    },
  })
  const [target] = await ctx.db.select().from(incidents).where(one(ctx, into))
  if (target) tellIncident(ctx.app.bus, target)
  return merged
}
