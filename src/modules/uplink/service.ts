import { change } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import { anchorsOf } from '#modules/probers/service'
import { anchorJob, reached } from '#probing/uplink'
import type { Draft } from './schema'

/** What the appliance's own way to the network is judged by, and how it stands. */
export function get({ app, now }: Ctx) {
  const { anchors, uplink } = app.engine.uplink.state()
  const { state, since, anchors: asked } = uplink
  // Just changed: what is known is about the ones before.
  const current = anchors.length === asked.length && asked.every(({ anchor }, i) => anchor === anchors[i])
  return {
    anchors,
    uplink: current
      ? { state, since: isoAt(since), anchors: asked }
      : { state: 'unset' as const, since: isoAt(now()), anchors: [] },
  }
}

export async function update(ctx: Ctx, draft: Draft) {
  const anchors = anchorsOf(draft.anchors)
  const { uplink } = ctx.app.engine
  await change(ctx, 'uplink.updated', async (tx) => {
    await uplink.save(tx, anchors)
    return { id: 'uplink', anchors }
  })
  uplink.apply(anchors)
  return get(ctx)
}

/** Asks these now, whether they are the ones in use or not; nothing is stored. */
export async function trial({ app }: Ctx, draft: Draft) {
  const asked = anchorsOf(draft.anchors).flatMap((anchor) => {
    const job = anchorJob(anchor)
    return job ? [{ anchor, job }] : []
  })
  const one = async ({ anchor, job }: (typeof asked)[number]) => {
    const verdict = await app.engine.dryRun(job)
    const { message, response_time_ms = null } = verdict
    return { anchor, ok: reached(verdict), message, response_time_ms }
  }
  return { anchors: await Promise.all(asked.map(one)) }
}
