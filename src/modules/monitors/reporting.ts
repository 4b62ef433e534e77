import { monitors, push_keys } from '#db/schema/monitors'
import { change, found } from '#kernel/change'
import type { Ctx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { textFault } from '#kernel/faults'
import { originOf } from '#kernel/origin'
import { randomToken, sha256 } from '#kernel/secrets'
import type { Report } from './schema'
import { load, one } from './view'

/** Somebody, or something that may act for them, says how a monitor is that nobody checks. */
export async function report(ctx: Ctx, id: string, { status, message, response_time_ms }: Report) {
  const { monitor } = await load(ctx, id)
  if (monitor.type !== 'push' && monitor.type !== 'manual')
    throw invalid({ status: 'is reported for push and manual monitors only; this one is checked' })
  const fault = message === undefined ? undefined : textFault(message)
  if (fault) throw invalid({ message: fault })
  if (!monitor.enabled) throw fail('CONFLICT', { message: 'This monitor is paused; resume it first' })
  const told = { status, message: message?.trim(), response_time_ms }
  // What a person says decides alone, so it is recorded who said it; a program that reports does so all the time.
  if (monitor.type === 'manual')
    await change(ctx, 'monitor.reported', async () => ({
      id,
      name: monitor.name,
      status,
      message: told.message ?? null,
    }))
  return { verdict: await ctx.app.engine.report(monitor.number, told) }
}

/** The address that the monitor's other side calls; shown once, and the one before it ends now. */
export async function renewPushKey(ctx: Ctx, id: string) {
  const key = `push_${randomToken()}`
  await change(ctx, 'monitor.push_key_renewed', async (tx) => {
    const { number, name, type } = found(await tx.db.select().from(monitors).where(one(tx, id)))
    if (type !== 'push') throw invalid({ type: 'is not push: nothing reports to this monitor' })
    const set = { hash: sha256(key) }
    await tx.db
      .insert(push_keys)
      .values({ monitor: number, ...set })
      .onConflictDoUpdate({ target: push_keys.monitor, set })
    return { id, name }
  })
  return { key, url: `${originOf(ctx.app.config)}/api/v1/push/${key}` }
}
