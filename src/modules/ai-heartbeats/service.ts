import type { Ctx } from '#kernel/context'
import { AppError, invalid } from '#kernel/fail'
import { faultsOf } from '#kernel/faults'
import * as heartbeats from '#modules/heartbeats/service'
import { latelyOf } from './lately'
import { type Draft, type Edit, judged } from './schema'
import { viewOf } from './view'

/** Throws 422 for what the framework leaves to us. */
function requireShape(input: Edit) {
  const names = (['expectation', 'budgets'] as const).filter((name) => input[name] !== undefined)
  const faults = Object.assign({}, ...names.map((name) => faultsOf(judged[name], input[name], name)))
  if (Object.keys(faults).length > 0) throw invalid(faults)
}

/** On the wire, when it is expected is one thing; stored, it is what every heartbeat has. */
function inputOf(edit: Edit): heartbeats.Input {
  requireShape(edit)
  const { expectation = {}, budgets, ...same } = edit
  const { mode, schedule, grace_s } = expectation
  return {
    ...same,
    ...(schedule && { schedule }),
    ...(grace_s !== undefined && { grace_s }),
    ai: { ...(mode && { mode }), ...(budgets && { budgets }) },
  }
}

/** Faults by the names that fields have here. */
async function named<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'VALIDATION_FAILED') throw error
    // Safe: `invalid` is what writes the details of this code.
    const fields = Object.entries((error.details.fields ?? {}) as Record<string, string>)
    throw invalid(
      Object.fromEntries(fields.map(([field, why]) => [field.replace(/^schedule\b/, 'expectation.schedule'), why])),
    )
  }
}

export async function list(ctx: Ctx, query: Parameters<typeof heartbeats.find>[1]) {
  const { items, ...rest } = await heartbeats.find(ctx, query, 'ai')
  const lately = await latelyOf(ctx, items)
  return { ...rest, items: items.map((found) => ({ ...viewOf(ctx, found), lately: lately(found) })) }
}
export const get = async (ctx: Ctx, id: string) => viewOf(ctx, await heartbeats.one(ctx, id, 'ai'))

export async function create(ctx: Ctx, { name, slug, ...draft }: Draft) {
  return viewOf(ctx, await named(heartbeats.create(ctx, { ...inputOf(draft), name, slug }, 'ai')))
}
/** What is left out stays; budgets are replaced as a whole. */
export async function update(ctx: Ctx, id: string, edit: Edit) {
  return viewOf(ctx, await named(heartbeats.update(ctx, id, inputOf(edit), 'ai')))
}
export const remove = (ctx: Ctx, id: string) => heartbeats.remove(ctx, id, 'ai')
export const pause = async (ctx: Ctx, id: string) => viewOf(ctx, await heartbeats.pause(ctx, id, 'ai'))
export const resume = async (ctx: Ctx, id: string) => viewOf(ctx, await heartbeats.resume(ctx, id, 'ai'))
export const rotateSlug = async (ctx: Ctx, id: string) => viewOf(ctx, await heartbeats.rotateSlug(ctx, id, 'ai'))
export const clone = async (ctx: Ctx, id: string, wanted: { name?: string }) =>
  viewOf(ctx, await heartbeats.clone(ctx, id, wanted, 'ai'))
