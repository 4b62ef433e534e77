import { desc, eq, sql } from 'drizzle-orm'
import { isPoint } from '#channels/sealed-push'
import { envelope } from '#db/query'
import { channel_failures as failures } from '#db/schema/engine'
import { push_tokens as devices } from '#db/schema/push-tokens'
import {
  type Device,
  destinationOf,
  deviceFault,
  deviceNamed,
  forgetDevice,
  type Reach,
  registerDevice,
  testDevice,
} from '#engine/devices'
import { change, found } from '#kernel/change'
import type { App, Ctx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import type { PageQuery } from '#kernel/page'
import { pushKeys } from '#kernel/push-key'
import type { Draft } from './schema'

const NAMES: Record<Device['platform'], string> = { web: 'Browser', android: 'Android device', ios: 'Apple device' }

const view = ({ app }: Ctx, { id, platform, name, hash, last_used_at, created_at }: Device, failed: string | null) => ({
  ...{ id, platform, name, last_used_at, created_at },
  fingerprint: hash,
  problem: deviceFault(app.config, platform) ?? failed,
})

/** The devices of the person who asks, in whatever workspace. */
export async function list(ctx: Ctx, page: PageQuery) {
  const mine = eq(devices.user_id, ctx.actor.id)
  const rows = await ctx.db
    .select({ device: devices, failed: failures.error })
    .from(devices)
    .leftJoin(failures, eq(failures.channel_id, sql`${destinationOf('')} || ${devices.id}`))
    .where(mine)
    .orderBy(desc(devices.created_at), desc(devices.id))
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  return envelope(
    rows.map(({ device, failed }) => view(ctx, device, failed)),
    await ctx.db.$count(devices, mine),
    page,
  )
}

/**
 * Push services are reached over https. One on this very machine may be plain, where the address policy lets channels reach
 * it; what a name leads to is judged when something is sent.
 */
function endpointFault({ net }: App, endpoint: string): string | undefined {
  const url = URL.parse(endpoint)
  if (!url || url.username || url.password) return 'is not the address of a push service'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const local = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local)) return 'must begin with https://'
  if (!local && !/^[\d.]+$|:/.test(host)) return undefined
  try {
    net.permit(host === 'localhost' ? '127.0.0.1' : host)
    return undefined
  } catch {
    return 'leads to an address that the address policy of this server blocks'
  }
}

function reachOf(app: App, { platform, token, subscription }: Draft): Reach {
  if (platform !== 'web') {
    if (subscription) throw invalid({ subscription: 'is only for platform web' })
    if (!token) throw invalid({ token: 'must be given' })
    // https://developer.apple.com/documentation/uikit/uiapplicationdelegate/application(_:didregisterforremotenotificationswithdevicetoken:): of no fixed length; hex is what the service takes.
    if (platform === 'ios' && !/^[0-9a-f]{32,512}$/i.test(token)) throw invalid({ token: 'must be hex digits' })
    return token
  }
  if (token) throw invalid({ token: 'is not for platform web' })
  if (!subscription) throw invalid({ subscription: 'must be given' })
  const { endpoint, keys } = subscription
  const fault = endpointFault(app, endpoint)
  if (fault) throw invalid({ 'subscription.endpoint': fault })
  if (!isPoint(keys.p256dh)) throw invalid({ 'subscription.keys.p256dh': 'is not a public key' })
  if (Buffer.from(keys.auth, 'base64url').length !== 16) throw invalid({ 'subscription.keys.auth': 'must be 16 bytes' })
  return { endpoint, ...keys }
}

/** A device that asks to be told; asking again changes nothing but its name and keys. */
export async function register(ctx: Ctx, draft: Draft) {
  const reach = reachOf(ctx.app, draft)
  const { platform, name = NAMES[platform] } = draft
  const row = await change(ctx, 'push_token.created', async (tx) => {
    const { sealed: _, ...device } = await registerDevice(tx, { platform, name: name.trim(), reach })
    return device
  })
  return view(ctx, { ...row, sealed: '' }, null)
}

/** One of one's own, named by its id, or by its token or endpoint. */
const one = async (ctx: Ctx, name: string) =>
  found(await ctx.db.select().from(devices).where(deviceNamed(ctx.actor.id, name)).limit(1))

export const remove = (ctx: Ctx, name: string) =>
  change(ctx, 'push_token.deleted', async (tx) => {
    const {
      id,
      platform,
      name: called,
    } = found(await tx.db.select().from(devices).where(deviceNamed(tx.actor.id, name)).limit(1))
    await forgetDevice(tx.db, id)
    return { id, user_id: tx.actor.id, platform, name: called }
  })

/** Sends a test message to it; what its provider no longer knows is removed. */
export const test = async (ctx: Ctx, name: string) => testDevice(ctx.app, await one(ctx, name))

/** What browsers need to be told when they subscribe. */
export const key = async ({ app }: Ctx) => ({ public_key: (await pushKeys(app)).public_key })
