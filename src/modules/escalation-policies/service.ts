import { and, asc, eq, inArray, isNull, ne } from 'drizzle-orm'
import type { PolicyStep, Target, TargetType } from '#contract/oncall'
import { paginate } from '#db/query'
import { escalation_policies as policies } from '#db/schema/escalation-policies'
import { notification_channels as channels } from '#db/schema/notification-channels'
import { schedules } from '#db/schema/schedules'
import { memberships } from '#db/schema/tenants'
import { requireUnused } from '#engine/uses'
import { change, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { faultsOf, lineFault, textFault } from '#kernel/faults'
import type { PageQuery } from '#kernel/page'
import { type Draft, type Edit, Steps } from './schema'

/** More than anybody can keep in mind at night. */
const MOST = 200
type Faults = Record<string, string>

const own = ({ tenant }: Ctx | Tx) => eq(policies.tenant_id, tenant.id)
const one = (ctx: Ctx | Tx, id: string) => and(own(ctx), eq(policies.id, id))

export const list = (ctx: Ctx, page: PageQuery) =>
  paginate(ctx.db, policies, own(ctx), page, [asc(policies.name), asc(policies.id)])

export const get = async (ctx: Ctx, id: string) => found(await ctx.db.select().from(policies).where(one(ctx, id)))

/** Which of these policies exist in the workspace, for others that name them. */
export const existing = async (ctx: Ctx, ids: string[]) =>
  ids.length === 0
    ? []
    : ctx.db
        .select({ id: policies.id, name: policies.name })
        .from(policies)
        .where(and(own(ctx), inArray(policies.id, ids)))

/** The ids of one type that lead to something in this workspace. */
async function knownOf({ db, tenant }: Ctx, type: TargetType, ids: string[]): Promise<{ id: string }[]> {
  if (ids.length === 0) return []
  if (type === 'user')
    return db
      .select({ id: memberships.user_id })
      .from(memberships)
      .where(and(eq(memberships.tenant_id, tenant.id), inArray(memberships.user_id, ids)))
  if (type === 'schedule')
    return db
      .select({ id: schedules.id })
      .from(schedules)
      .where(and(eq(schedules.tenant_id, tenant.id), inArray(schedules.id, ids)))
  return db
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.tenant_id, tenant.id), isNull(channels.user_id), inArray(channels.id, ids)))
}
const lacking: Record<TargetType, string> = {
  user: 'is not a member of this workspace',
  schedule: 'is not a schedule of this workspace',
  channel: 'is not a notification channel of this workspace',
}

/** Steps as they were sent, or their faults. */
async function stepsOf(ctx: Ctx, given: unknown, faults: Faults): Promise<PolicyStep[]> {
  const wrong = faultsOf(Steps, given, 'steps')
  Object.assign(faults, wrong)
  if (Object.keys(wrong).length > 0) return []
  // Safe: just checked against the schema of this very type.
  const steps = given as PolicyStep[]
  const all = steps.flatMap(({ targets }) => targets)
  const idsOf = (type: TargetType) => [...new Set(all.filter((target) => target.type === type).map(({ id }) => id))]
  const known = new Set<string>()
  for (const type of ['user', 'schedule', 'channel'] as const)
    for (const { id } of await knownOf(ctx, type, idsOf(type))) known.add(`${type} ${id}`)
  for (const [i, { targets }] of steps.entries()) {
    const seen = new Set<string>()
    for (const [j, { type, id }] of targets.entries()) {
      const key = `${type} ${id}`
      if (!known.has(key)) faults[`steps.${i}.targets.${j}.id`] = lacking[type]
      else if (seen.has(key)) faults[`steps.${i}.targets.${j}.id`] = 'is named twice in this step'
      seen.add(key)
    }
  }
  return steps.map(({ delay_s, targets }) => ({
    delay_s,
    targets: targets.map(({ type, id }): Target => ({ type, id })),
  }))
}

/** What an edit asks for; throws 422 naming every wrong field at once. */
async function read(ctx: Ctx, input: Edit) {
  const faults: Faults = {}
  const name = input.name === undefined ? undefined : lineFault(input.name)
  const text = input.description ? textFault(input.description) : undefined
  if (name) faults.name = name
  if (text) faults.description = text
  const steps = input.steps === undefined ? undefined : await stepsOf(ctx, input.steps, faults)
  if (Object.keys(faults).length > 0) throw invalid(faults)
  const { repeat_count, ack_timeout_s, on_empty, is_default } = input
  const description = input.description === undefined ? undefined : input.description?.trim() || null
  return { name: input.name?.trim(), description, steps, repeat_count, ack_timeout_s, on_empty, is_default }
}

/** There is one default: a new one takes the mark from the old one. */
async function takeMark(tx: Tx, is_default: boolean | undefined, id?: string) {
  if (!is_default) return
  const others = and(own(tx), eq(policies.is_default, true), id === undefined ? undefined : ne(policies.id, id))
  await tx.db.update(policies).set({ is_default: false, updated_at: tx.at }).where(others)
}

export async function create(ctx: Ctx, draft: Draft) {
  const { name = draft.name, description = null, steps = [], ...wanted } = await read(ctx, draft)
  return change(ctx, 'escalation_policy.created', async (tx) => {
    if ((await tx.db.$count(policies, own(tx))) >= MOST)
      throw fail('CONFLICT', { message: `A workspace has at most ${MOST} escalation policies` })
    await takeMark(tx, wanted.is_default)
    const values = {
      tenant_id: tx.tenant.id,
      ...{ name, description, steps },
      repeat_count: wanted.repeat_count ?? 0,
      ack_timeout_s: wanted.ack_timeout_s ?? null,
      on_empty: wanted.on_empty ?? 'next',
      is_default: wanted.is_default ?? false,
      created_at: tx.at,
      updated_at: tx.at,
    } as const
    return found(await tx.db.insert(policies).values(values).returning())
  })
}

/** Alerts that go on already keep the steps they began with. */
export async function update(ctx: Ctx, id: string, edit: Edit) {
  await get(ctx, id)
  const wanted = await read(ctx, edit)
  return change(ctx, 'escalation_policy.updated', async (tx) => {
    await takeMark(tx, wanted.is_default, id)
    return found(
      await tx.db
        .update(policies)
        .set({ ...wanted, updated_at: tx.at })
        .where(one(tx, id))
        .returning(),
    )
  })
}

export const remove = (ctx: Ctx, id: string) =>
  change(ctx, 'escalation_policy.deleted', async (tx) => {
    const policy = found(await tx.db.select().from(policies).where(one(tx, id)))
    await requireUnused(tx.db, tx.tenant.id, { type: 'policy', id })
    await tx.db.delete(policies).where(one(tx, id))
    return policy
  })
