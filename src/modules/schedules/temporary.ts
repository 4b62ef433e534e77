import type { Temporary } from '#contract/oncall'
import { membersOf } from '#engine/on-call'
import { change } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { faultsOf } from '#kernel/faults'
import { requireRoom } from '#kernel/room'
import { notMember } from './draft'
import { MOST, Shifts, type TemporaryDraft, type TemporaryEdit } from './schema'
import { meet, type Span, spanOf } from './spans'
import { load, rewrite } from './versions'
import type { Row } from './view'

type Members = ReadonlyMap<string, string>
type Faults = Record<string, string>

/** 422 before anything is looked up, as for every other field. */
function requireShape({ shifts }: TemporaryEdit) {
  const wrong = shifts === undefined ? {} : faultsOf(Shifts, shifts, 'shifts')
  if (Object.keys(wrong).length > 0) throw invalid(wrong)
}

/** Its shifts, cut to the time in which it holds. */
function shiftsOf(given: unknown, span: Span, members: Members): Temporary['shifts'] {
  const faults: Faults = {}
  // Safe: `requireShape` has checked it against the schema of this very type.
  const shifts = (given as typeof Shifts.static).map(({ user_id, ...times }, i) => {
    const fault = notMember(user_id, members)
    if (fault) faults[`shifts.${i}.user_id`] = fault
    const from = Math.max(Date.parse(times.from), Date.parse(span.from))
    const to = Math.min(Date.parse(times.to), Date.parse(span.to))
    return { user_id, from, to, meant: meet(times, span) && Date.parse(times.from) < Date.parse(times.to) }
  })
  for (const [i, { meant }] of shifts.entries())
    if (!meant) faults[`shifts.${i}.to`] = 'the shift must lie within the time of the temporary schedule'
  if (Object.keys(faults).length > 0) throw invalid(faults)
  return shifts.map(({ user_id, from, to }) => ({
    user_id,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  }))
}

function temporaryOf(given: TemporaryEdit, tx: Tx, members: Members, base?: Temporary): Temporary {
  const span = spanOf(given, Date.parse(tx.at), base)
  const kept = base?.shifts.filter((shift) => meet(shift, span)) ?? []
  return {
    id: base?.id ?? Bun.randomUUIDv7(),
    name: given.name?.trim() ?? base?.name ?? 'Temporary schedule',
    ...span,
    shifts: given.shifts === undefined ? kept : shiftsOf(given.shifts, span, members),
  }
}

function requireFree(others: Temporary[], made: Temporary) {
  const other = others.find((one) => one.id !== made.id && meet(one, made))
  if (!other) return
  throw fail('CONFLICT', {
    message: `The temporary schedule “${other.name}” holds at that time already`,
    details: { temporary_id: other.id, from: other.from, to: other.to },
  })
}

function openOne({ config }: Row, id: string, now: number): Temporary {
  const known = config.temporary.find((one) => one.id === id && Date.parse(one.to) > now)
  if (!known) throw fail('NOT_FOUND')
  return known
}
const about = ({ id, name }: Row, temporary: Temporary) => ({ id, name, temporary })

export async function add(ctx: Ctx, id: string, draft: TemporaryDraft) {
  requireShape(draft)
  const members = await membersOf(ctx.db, ctx.tenant.id)
  const { temporary } = await change(ctx, 'schedule.updated', async (tx) => {
    const row = await load(tx, id)
    const made = temporaryOf(draft, tx, members)
    const others = row.config.temporary
    requireRoom(others.filter(({ to }) => to > tx.at).length, MOST.temporary, 'temporary schedules')
    requireFree(others, made)
    await rewrite(tx, row, { ...row.config, temporary: [...others, made] })
    return about(row, made)
  })
  return temporary
}

export async function edit(ctx: Ctx, id: string, temporary_id: string, given: TemporaryEdit) {
  requireShape(given)
  const members = await membersOf(ctx.db, ctx.tenant.id)
  const { temporary } = await change(ctx, 'schedule.updated', async (tx) => {
    const row = await load(tx, id)
    const made = temporaryOf(given, tx, members, openOne(row, temporary_id, Date.parse(tx.at)))
    const others = row.config.temporary
    requireFree(others, made)
    const changed = others.map((one) => (one.id === temporary_id ? made : one))
    await rewrite(tx, row, { ...row.config, temporary: changed })
    return about(row, made)
  })
  return temporary
}

/** Ends it: the rotation counts again from now on. */
export const remove = (ctx: Ctx, id: string, temporary_id: string) =>
  change(ctx, 'schedule.updated', async (tx) => {
    const row = await load(tx, id)
    const known = openOne(row, temporary_id, Date.parse(tx.at))
    const temporary = row.config.temporary.filter((one) => one !== known)
    await rewrite(tx, row, { ...row.config, temporary })
    return about(row, known)
  })
