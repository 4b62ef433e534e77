import type { Ctx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { startRequest } from './begin'
import { isComplete, ownConnection } from './connection'

export { unlinkAll } from './admit'
export { begin, beginLink } from './begin'
export { addressesFor, readMetadata, remove, save, show } from './connection'
export * as domains from './domains'
export { ownLink, unlink } from './link'
export { dropExpiredMessages } from './messages'
export { answered, arrive, metadata } from './sign-in'
export { lastTest } from './trial'

/** Begins a sign-in that only shows what comes of it; works before the connection is enabled. */
export async function startTest(ctx: Ctx) {
  const connection = await ownConnection(ctx)
  if (!isComplete(connection))
    throw fail('CONFLICT', {
      message: 'Save the entity ID, the address and a certificate of the identity provider first',
    })
  return { url: await startRequest(ctx.app, connection, { kind: 'test', user_id: ctx.actor.id }) }
}
