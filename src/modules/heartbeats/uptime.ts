import type { HeartbeatKind } from '#contract/heartbeats'
import type { Ctx } from '#kernel/context'
import { lastDays } from '#kernel/days'
import { standings } from './past'
import { one } from './view'

type Spent = { up: number; down: number; paused: number; new: number; outages: number }
const nothing = (): Spent => ({ up: 0, down: 0, paused: 0, new: 0, outages: 0 })
const shareOf = ({ up, down }: Spent) => (up + down === 0 ? null : up / (up + down))
const seconds = (ms: number) => Math.round(ms / 1_000)

/** How long it was down, by day of the workspace's time zone, from the changes of its status at their exact times. */
export async function uptime(ctx: Ctx, id: string, days = 90, kind: HeartbeatKind = 'job') {
  const found = await one(ctx, id, kind)
  const all = await standings(ctx, found)
  const total = nothing()
  let first = 0
  const shown = lastDays(ctx.tenant.timezone, ctx.now(), days).map(({ date, from, until }) => {
    const spent = nothing()
    while ((all[first]?.until ?? Number.POSITIVE_INFINITY) <= from) first++
    for (let i = first; i < all.length; i++) {
      const span = all[i]
      if (!span || span.from >= until) break
      const ms = Math.max(0, Math.min(span.until, until) - Math.max(span.from, from))
      spent[span.status] += ms
      total[span.status] += ms
      if (span.status === 'down' && span.from >= from) {
        spent.outages++
        total.outages++
      }
    }
    const { down, paused, outages } = spent
    return { date, uptime: shareOf(spent), down_s: seconds(down), paused_s: seconds(paused), outages }
  })
  return { uptime: shareOf(total), down_s: seconds(total.down), outages: total.outages, days: shown }
}
