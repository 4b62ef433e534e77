import { and, asc, eq, sql } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { push_tokens } from '#db/schema/push-tokens'
import type { TestResult } from '#engine/channel-test'
import { clearChannelFailure } from '#engine/incidents'
import { baseUrl, testNotice } from '#engine/notice'
import { send } from '#engine/send'
import { isoAt } from '#kernel/clock'
import type { Config } from '#kernel/config'
import type { App, Tx } from '#kernel/context'
import { pushKeys } from '#kernel/push-key'
import { sha256 } from '#kernel/secrets'

export type Device = typeof push_tokens.$inferSelect
export type Platform = Device['platform']
/** By what a device is reached: what Apple or Google named it, or what a browser was given by its push service. */
export type Reach = string | { endpoint: string; p256dh: string; auth: string }
type Parts = Omit<App, 'engine'>

/** Of one person; the one that was quiet for longest goes. */
export const MOST_DEVICES = 20

const contextOf = (id: string) => `push_tokens:${id}`
/** What a device is found by again, without knowing how it is reached. */
export const fingerprintOf = (reach: Reach) => sha256(typeof reach === 'string' ? reach : reach.endpoint)
/** Where deliveries to it go. */
export const destinationOf = (id: string) => `push:${id}`

/**
 * Registers a device for the person who asks. One that is known stays what it is; one that was somebody else's (who signed
 * out there) is a new one, so that nothing meant for them arrives on it.
 */
export async function registerDevice(
  { db, app, at, actor }: Tx,
  { platform, name, reach }: { platform: Platform; name: string; reach: Reach },
): Promise<Device> {
  const user_id = actor.id
  const hash = fingerprintOf(reach)
  const [known] = await db.select().from(push_tokens).where(eq(push_tokens.hash, hash))
  if (known && known.user_id !== user_id) await forgetDevice(db, known.id)
  const stays = known?.user_id === user_id ? known : undefined
  if (!stays) await makeRoom(db, user_id)
  const id = stays?.id ?? Bun.randomUUIDv7()
  const plain = typeof reach === 'string' ? reach : JSON.stringify(reach)
  const values = { platform, name, sealed: app.vault.seal(plain, contextOf(id)) }
  // Whoever registers it anew has looked at it.
  await clearChannelFailure({ db }, destinationOf(id))
  const [row] = stays
    ? await db.update(push_tokens).set(values).where(eq(push_tokens.id, id)).returning()
    : await db
        .insert(push_tokens)
        .values({ ...values, id, user_id, hash, created_at: at })
        .returning()
  if (!row) throw new Error('A device that was just written is not there')
  return row
}

async function makeRoom(db: Writer, user_id: string) {
  const quiet = sql`coalesce(${push_tokens.last_used_at}, ${push_tokens.created_at})`
  const rows = await db
    .select({ id: push_tokens.id })
    .from(push_tokens)
    .where(eq(push_tokens.user_id, user_id))
    .orderBy(asc(quiet), asc(push_tokens.id))
  for (const { id } of rows.slice(0, Math.max(0, rows.length - MOST_DEVICES + 1))) await forgetDevice(db, id)
}

/** The device is gone, for its provider or for its owner. What still waits for it finds nobody. */
export async function forgetDevice(db: Writer, id: string): Promise<Device | undefined> {
  const [row] = await db.delete(push_tokens).where(eq(push_tokens.id, id)).returning()
  await clearChannelFailure({ db }, destinationOf(id))
  return row
}

/** All devices of somebody: whoever got into their account may have added one. */
export async function forgetDevicesOf(db: Writer, user_id: string): Promise<void> {
  const rows = await db.select({ id: push_tokens.id }).from(push_tokens).where(eq(push_tokens.user_id, user_id))
  for (const { id } of rows) await forgetDevice(db, id)
}

/** A message was accepted for it. */
export const usedDevice = (db: Writer, id: string, at: string) =>
  db.update(push_tokens).set({ last_used_at: at }).where(eq(push_tokens.id, id))

/** Why no device of this kind can be reached from this server, as a sentence; nothing when it can. */
export function deviceFault(config: Config, platform: Platform): string | null {
  if (platform === 'android' && !config.fcmServiceAccount)
    return 'This server has no Firebase service account (XINEX_FCM_SERVICE_ACCOUNT).'
  if (platform === 'ios' && !config.apnsKey) return 'This server has no key for Apple’s push service (XINEX_APNS_KEY).'
  return null
}

/** Whom a push service may write to about us: RFC 8292 wants an https or mailto address, Apple refuses any other. */
function contactOf({ publicUrl, mailFrom }: Config): string {
  if (publicUrl?.startsWith('https://')) return publicUrl
  return `mailto:${/<([^<>]+)>/.exec(mailFrom)?.[1] ?? mailFrom}`
}

/** The channel that reaches a device, with its settings in plain text: for the moment of use. */
export async function deviceChannel(
  app: Parts,
  row: Pick<Device, 'id' | 'platform' | 'sealed'>,
): Promise<{ type: string; settings: Record<string, unknown> }> {
  const { config, vault } = app
  const plain = vault.open(row.sealed, contextOf(row.id))
  if (row.platform === 'web') {
    // Safe: `registerDevice` is the only writer, and seals just this.
    const subscription = JSON.parse(plain) as Exclude<Reach, string>
    return { type: 'web-push', settings: { ...subscription, ...(await pushKeys(app)), contact: contactOf(config) } }
  }
  if (row.platform === 'android') return { type: 'fcm', settings: { token: plain, ...config.fcmServiceAccount } }
  const { apnsKey: key, apnsKeyId: key_id, apnsTeamId: team_id, apnsTopic: topic, apnsHost: host } = config
  return { type: 'apns', settings: { token: plain, key, key_id, team_id, topic, host } }
}

/** Sends a test message to one device now. What its provider no longer knows is forgotten. */
export async function testDevice(app: Parts, row: Device): Promise<TestResult> {
  const fault = deviceFault(app.config, row.platform)
  if (fault) return { status: 'failed', error: fault, answer: null, duration_ms: 0 }
  const at = isoAt(app.clock.now())
  const notice = { ...testNotice(baseUrl(app.config), at), delivery_id: Bun.randomUUIDv7() }
  const sent = await send(app, { ...(await deviceChannel(app, row)), notice })
  await app.db.tx(async (db) => {
    if (sent.status === 'sent') {
      await usedDevice(db, row.id, at)
      await clearChannelFailure({ db }, destinationOf(row.id))
    } else if (sent.gone) await forgetDevice(db, row.id)
  })
  const { status, duration_ms } = sent
  return sent.status === 'sent'
    ? { status, error: null, answer: sent.answer, duration_ms }
    : { status, error: sent.error, answer: null, duration_ms }
}

/** Of one person, whatever they are named by: their id, or what the device itself knows. */
export const deviceNamed = (user_id: string, name: string) =>
  and(eq(push_tokens.user_id, user_id), sql`(${push_tokens.id} = ${name} or ${push_tokens.hash} = ${sha256(name)})`)
