import { listFeed, readAll, readOne, unreadCount } from '#engine/inbox'
import type { Ctx } from '#kernel/context'
import { fail } from '#kernel/fail'
import type { FeedQuery } from './schema'

const ownerOf = ({ tenant, actor }: Ctx) => ({ tenant_id: tenant.id, user_id: actor.id })

export const list = (ctx: Ctx, { unread, ...page }: FeedQuery) => listFeed(ctx.db, ownerOf(ctx), page, unread === true)

export const unread = async (ctx: Ctx) => ({ unread_count: await unreadCount(ctx.db, ownerOf(ctx)) })

// What somebody has read is no change that others could want to look up, so it is in no audit log.

export async function markOne(ctx: Ctx, id: string) {
  const unread_count = await ctx.app.db.tx((db) => readOne(db, ownerOf(ctx), id))
  if (unread_count === undefined) throw fail('NOT_FOUND')
  return { unread_count }
}

export async function markAll(ctx: Ctx) {
  await ctx.app.db.tx((db) => readAll(db, ownerOf(ctx)))
  return { unread_count: 0 }
}
