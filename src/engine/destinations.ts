import { and, eq } from 'drizzle-orm'
import { channelOf } from '#channels/index'
import { noticeEvents } from '#contract/events'
import type { Reader } from '#db/client'
import { users } from '#db/schema/auth'
import { notification_channels } from '#db/schema/notification-channels'
import { push_tokens } from '#db/schema/push-tokens'
import { memberships } from '#db/schema/tenants'
import { settingsOf } from '#engine/contacts'
import type { ChannelRow, Delivery, Way } from '#engine/delivery-row'
import { deviceChannel, deviceFault } from '#engine/devices'
import type { App } from '#kernel/context'
import { opened } from '#kernel/settings'

type Core = Omit<App, 'engine'>
type Person = { id: string; name: string; email: string }
const nameOf = ({ name, email }: Person) => name || email

/** A channel's stored settings in plain text. */
export function plainOf({ vault }: Core, { id, type, settings }: ChannelRow): Record<string, unknown> {
  const plugin = channelOf(type)
  return plugin ? opened({ vault, schema: plugin.settings, context: `notification_channels:${id}` }, settings) : {}
}

export function toWay(app: Core, row: ChannelRow): Way {
  const { id, name, type, enabled, events, updated_at } = row
  return { id, name, type, enabled, events, updated_at, settings: () => plainOf(app, row) }
}

/** Somebody who is a member still: who was removed while a message waited is not told any more. */
async function personOf(db: Reader, tenant_id: string, id: string): Promise<Person | undefined> {
  const [user] = await db
    .select({ id: users.id, name: users.name, email: users.email })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(and(eq(memberships.tenant_id, tenant_id), eq(memberships.user_id, id)))
  return user
}

/** Ways that are no row of their own take whatever they are given. */
const always = { enabled: true, events: [...noticeEvents], updated_at: '' }

/** Where a message goes, as it stands now; nothing when that is gone. */
export async function wayOf(app: Core, db: Reader, { channel_id, tenant_id }: Delivery): Promise<Way | undefined> {
  if (channel_id.startsWith('user:')) {
    const user = await personOf(db, tenant_id, channel_id.slice('user:'.length))
    if (!user) return undefined
    const about = { id: channel_id, name: `${nameOf(user)} by mail`, type: 'email', person: nameOf(user) }
    return { ...always, ...about, settings: () => ({ to: [user.email] }) }
  }
  if (channel_id.startsWith('push:')) return deviceWay(app, db, tenant_id, channel_id)
  const [row] = await db
    .select()
    .from(notification_channels)
    .where(and(eq(notification_channels.id, channel_id), eq(notification_channels.tenant_id, tenant_id)))
  if (!row?.user_id) return row && toWay(app, row)
  return personalWay(app, db, row, row.user_id)
}

async function deviceWay(app: Core, db: Reader, tenant_id: string, channel_id: string): Promise<Way | undefined> {
  const [device] = await db
    .select()
    .from(push_tokens)
    .where(eq(push_tokens.id, channel_id.slice('push:'.length)))
  const user = device && (await personOf(db, tenant_id, device.user_id))
  if (!device || !user) return undefined
  const unusable = deviceFault(app.config, device.platform) ?? undefined
  const { type, settings } = unusable ? { type: '', settings: {} } : await deviceChannel(app, device)
  const about = { id: channel_id, name: `${device.name} of ${nameOf(user)}`, person: nameOf(user) }
  return { ...always, ...about, type, unusable, settings: () => settings }
}

async function personalWay(app: Core, db: Reader, row: ChannelRow, user_id: string): Promise<Way | undefined> {
  const user = await personOf(db, row.tenant_id, user_id)
  if (!user) return undefined
  const way = { ...toWay(app, row), name: `${row.name} of ${nameOf(user)}`, person: nameOf(user) }
  const [via] = row.via_id
    ? await db
        .select()
        .from(notification_channels)
        .where(and(eq(notification_channels.id, row.via_id), eq(notification_channels.tenant_id, row.tenant_id)))
    : []
  if (row.via_id && !via) return { ...way, unusable: 'the channel that it goes through was removed' }
  if (via && !via.enabled) return { ...way, unusable: `${via.name}, which it goes through, is switched off` }
  return { ...way, settings: () => settingsOf(app, row, via) }
}
