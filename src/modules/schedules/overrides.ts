import type { Override } from '#contract/oncall'
import { membersOf } from '#engine/on-call'
import { change } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { textFault } from '#kernel/faults'
import { requireRoom } from '#kernel/room'
import { notMember } from './draft'
import { MOST, type OverrideDraft, type OverrideEdit } from './schema'
import { meet, spanOf } from './spans'
import { load, rewrite } from './versions'
import type { Row } from './view'

type Members = ReadonlyMap<string, string>

/** Who is named: each kind has its own. What is only kept of before is not looked at again: people may have left since. */
function peopleOf(
  given: OverrideEdit,
  members: Members,
  base?: Override,
): Pick<Override, 'kind' | 'user_id' | 'replaces'> {
  const kind = given.kind ?? base?.kind ?? 'replace'
  const chosen = (name: 'user_id' | 'replaces') => (given[name] === undefined ? base?.[name] : given[name]) ?? null
  const faults: Record<string, string> = {}
  for (const name of ['user_id', 'replaces'] as const) {
    const same = base !== undefined && given[name] === base[name]
    const fault = given[name] == null || same ? undefined : notMember(given[name], members)
    if (fault) faults[name] = fault
  }
  // Somebody is taken off: whichever of the two fields names them.
  const replaces =
    kind === 'add' ? null : kind === 'remove' ? (chosen('replaces') ?? chosen('user_id')) : chosen('replaces')
  const user_id = kind === 'remove' ? null : chosen('user_id')
  if (kind === 'remove' && replaces === null) faults.replaces ??= 'is required: who is taken off call'
  if (kind !== 'remove' && user_id === null) faults.user_id ??= 'is required: who is on call instead'
  if (user_id !== null && user_id === replaces) faults.replaces ??= 'is the same person'
  if (Object.keys(faults).length > 0) throw invalid(faults)
  return { kind, user_id, replaces }
}

/** Both would decide about the same person at the same time. */
function collide(a: Override, b: Override): boolean {
  if (a.id === b.id || !meet(a, b)) return false
  if (a.kind === 'add' || b.kind === 'add') return a.kind === b.kind && a.user_id === b.user_id
  return a.replaces === b.replaces
}

function requireFree(others: Override[], override: Override) {
  const other = others.find((one) => collide(one, override))
  if (!other) return
  const what =
    override.kind === 'add' ? 'adds this person' : override.replaces ? 'is about this person' : 'takes everything'
  throw fail('CONFLICT', {
    message: `Another override ${what} at that time already`,
    details: { override_id: other.id, from: other.from, to: other.to },
  })
}

function overrideOf(given: OverrideEdit, tx: Tx, members: Members, base?: Override): Override {
  const text = given.note ? textFault(given.note) : undefined
  if (text) throw invalid({ note: text })
  return {
    id: base?.id ?? Bun.randomUUIDv7(),
    ...peopleOf(given, members, base),
    ...spanOf(given, Date.parse(tx.at), base),
    note: given.note === undefined ? (base?.note ?? null) : given.note?.trim() || null,
    created_by: base?.created_by ?? tx.actor.id,
  }
}

/** One that has not ended; what is over is the past, and stays. */
function openOne({ config }: Row, id: string, now: number): Override {
  const known = config.overrides.find((one) => one.id === id && Date.parse(one.to) > now)
  if (!known) throw fail('NOT_FOUND')
  return known
}
const answer = (override: Override) => ({
  ...override,
  note: override.note ?? null,
  created_by: override.created_by ?? null,
})
/** Of the schedule, so that the engine looks at it again. */
const about = ({ id, name }: Row, override: Override) => ({ id, name, override: answer(override) })

export async function add(ctx: Ctx, id: string, draft: OverrideDraft) {
  const members = await membersOf(ctx.db, ctx.tenant.id)
  const { override } = await change(ctx, 'schedule.override_created', async (tx) => {
    const row = await load(tx, id)
    const made = overrideOf(draft, tx, members)
    const { overrides } = row.config
    requireRoom(overrides.filter(({ to }) => to > tx.at).length, MOST.overrides, 'overrides')
    requireFree(overrides, made)
    await rewrite(tx, row, { ...row.config, overrides: [...overrides, made] })
    return about(row, made)
  })
  return override
}

export async function edit(ctx: Ctx, id: string, override_id: string, given: OverrideEdit) {
  const members = await membersOf(ctx.db, ctx.tenant.id)
  const { override } = await change(ctx, 'schedule.updated', async (tx) => {
    const row = await load(tx, id)
    const made = overrideOf(given, tx, members, openOne(row, override_id, Date.parse(tx.at)))
    const { overrides } = row.config
    requireFree(overrides, made)
    const changed = overrides.map((one) => (one.id === override_id ? made : one))
    await rewrite(tx, row, { ...row.config, overrides: changed })
    return about(row, made)
  })
  return override
}

/** Ends it: what it has done stays in the past, what it would have done does not happen. */
export const remove = (ctx: Ctx, id: string, override_id: string) =>
  change(ctx, 'schedule.override_deleted', async (tx) => {
    const row = await load(tx, id)
    const known = openOne(row, override_id, Date.parse(tx.at))
    const overrides = row.config.overrides.filter((one) => one !== known)
    await rewrite(tx, row, { ...row.config, overrides })
    return about(row, known)
  })
