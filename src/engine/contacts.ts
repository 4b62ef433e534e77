import { type TObject, Type as t } from '@sinclair/typebox'
import { and, eq, inArray, or, sql } from 'drizzle-orm'
import { type Channel, DeliveryError } from '#channels/define'
import { channelOf } from '#channels/index'
import { noticeEvents } from '#contract/events'
import type { Reader, Writer } from '#db/client'
import { users } from '#db/schema/auth'
import { channel_failures } from '#db/schema/engine'
import { notification_channels } from '#db/schema/notification-channels'
import { push_tokens } from '#db/schema/push-tokens'
import { memberships } from '#db/schema/tenants'
import type { ChannelRow, Way } from '#engine/delivery-row'
import { destinationOf, deviceChannel, deviceFault } from '#engine/devices'
import type { App } from '#kernel/context'
import { takesStrangers } from '#kernel/guard'
import { opened } from '#kernel/settings'
import type { Contact } from '#oncall/personal'

type Core = Omit<App, 'engine'>
type Config = Pick<App, 'config'>

/** The settings that are somebody's own address, as a form of their own; nothing for a kind that has none. */
export function personalForm({ settings, personal = [] }: Channel): TObject | undefined {
  return personal.length > 0 ? t.Pick(settings, [...personal]) : undefined
}

/** What the secrets of a channel are sealed to. */
export const placeOf = (id: string) => `notification_channels:${id}`

/** Why nothing can be sent to a way that goes through a channel of the workspace, in words that follow its name. */
export function viaFault({ type, via_id }: Pick<ChannelRow, 'type' | 'via_id'>, via: ChannelRow | null | undefined) {
  if (!channelOf(type)) return `this version has no channels of type ${type}`
  if (via_id === null) return undefined
  if (!via) return 'the channel it goes through was deleted'
  if (via.type !== type) return `“${via.name}”, which it goes through, has become a channel of another kind`
  return via.enabled ? undefined : `“${via.name}”, which it goes through, is switched off`
}

/**
 * A channel's settings in plain text. A way that goes through a channel of the workspace has that one's, as they are now,
 * with its own address in place of theirs; throws where that channel is not there any more.
 */
export function settingsOf(
  { vault }: Pick<App, 'vault'>,
  row: ChannelRow,
  via?: ChannelRow | null,
): Record<string, unknown> {
  const plugin = channelOf(row.type)
  const fault = viaFault(row, via)
  if (!plugin || fault) throw new DeliveryError(`It cannot be used: ${fault}.`, 'give-up')
  const plain = (schema: TObject, { id, settings }: ChannelRow) =>
    opened({ vault, schema, context: placeOf(id) }, settings)
  if (!via || row.via_id === null) return plain(plugin.settings, row)
  const theirs = plain(plugin.settings, via)
  // Also what is left empty here: a topic of the team's group is none in a conversation with one person.
  for (const name of plugin.personal ?? []) delete theirs[name]
  return { ...theirs, ...plain(personalForm(plugin) ?? t.Object({}), row) }
}

const inTenant = (tenant_id: string) => eq(notification_channels.tenant_id, tenant_id)

/** A stored channel with the one it goes through. */
export async function withVia(db: Reader | Writer, tenant_id: string, id: string) {
  const one = async (wanted: string) => {
    const [row] = await db
      .select()
      .from(notification_channels)
      .where(and(inTenant(tenant_id), eq(notification_channels.id, wanted)))
    return row
  }
  const row = await one(id)
  const via = row?.via_id ? await one(row.via_id) : undefined
  return row && { row, via: via?.user_id === null ? via : undefined }
}

/** The account's address is known to be theirs, or whoever let them in knows it. */
const isKnown = (app: Config, verified_at: string | null) => verified_at !== null || !takesStrangers(app.config)
const mailFault = ({ config }: Config) => (config.smtpUrl ? undefined : 'this server has no mail server to send with')

async function mailTo(app: Core, db: Reader | Writer, tenant_id: string, user_id: string): Promise<Way | undefined> {
  const [user] = await db
    .select({ name: users.name, email: users.email, updated_at: users.updated_at })
    .from(users)
    .innerJoin(memberships, and(eq(memberships.user_id, users.id), eq(memberships.tenant_id, tenant_id)))
    .where(eq(users.id, user_id))
  if (!user) return undefined
  const { name, email, updated_at } = user
  return {
    ...{ id: `user:${user_id}`, name: `${name}, e-mail`, type: 'email', enabled: true, events: [...noticeEvents] },
    ...{ updated_at, person: user_id, unusable: mailFault(app), settings: () => ({ to: [email] }) },
  }
}

const platforms = { web: 'web-push', android: 'fcm', ios: 'apns' } as const

async function deviceOf(app: Core, db: Reader | Writer, tenant_id: string, id: string): Promise<Way | undefined> {
  const [found] = await db
    .select({ row: push_tokens })
    .from(push_tokens)
    .innerJoin(memberships, and(eq(memberships.user_id, push_tokens.user_id), eq(memberships.tenant_id, tenant_id)))
    .where(eq(push_tokens.id, id))
  if (!found) return undefined
  const { row } = found
  const { name, platform, user_id: person, created_at: updated_at } = row
  const unusable = deviceFault(app.config, platform) ?? undefined
  const ready = unusable ? undefined : await Promise.allSettled([deviceChannel(app, row)])
  return {
    ...{ id: destinationOf(id), name, type: platforms[platform], enabled: true, events: [...noticeEvents], updated_at },
    ...{ person, unusable },
    settings() {
      const [opened] = ready ?? []
      if (opened?.status === 'fulfilled') return opened.value.settings
      throw new Error('A device cannot be reached with what is stored of it', { cause: opened?.reason })
    },
  }
}

/**
 * Where a message with this destination goes: `user:` and a person's id is the mail of their account, `push:` and a token's
 * id one of their devices, anything else a stored channel. Nothing when it is gone, or when the person is no member any more.
 */
export async function contactChannel(
  app: Core,
  db: Reader | Writer,
  tenant_id: string,
  id: string,
): Promise<Way | undefined> {
  if (id.startsWith('user:')) return mailTo(app, db, tenant_id, id.slice('user:'.length))
  if (id.startsWith('push:')) return deviceOf(app, db, tenant_id, id.slice('push:'.length))
  const found = await withVia(db, tenant_id, id)
  if (!found) return undefined
  const { row, via } = found
  const { name, type, enabled, events, updated_at, user_id } = row
  return {
    ...{ id, name, type, enabled, events, updated_at, unusable: viaFault(row, via) },
    ...(user_id !== null && { person: user_id }),
    settings: () => settingsOf(app, row, via),
  }
}

export const kindOf = (type: string): Contact['kind'] =>
  type === 'email' ? 'email' : channelOf(type)?.hidden ? 'push' : 'other'

type Own = { row: ChannelRow; via: ChannelRow | undefined; failure: string | null }

/** The personal ways of these people, oldest first, with what keeps them from working. */
export async function ownChannels(db: Reader | Writer, tenant_id: string, user_ids: readonly string[]): Promise<Own[]> {
  const rows = await db
    .select({ row: notification_channels, failure: channel_failures.error })
    .from(notification_channels)
    .leftJoin(
      channel_failures,
      or(
        eq(channel_failures.channel_id, notification_channels.id),
        eq(channel_failures.channel_id, notification_channels.via_id),
      ),
    )
    .where(and(inTenant(tenant_id), inArray(notification_channels.user_id, [...user_ids])))
    .orderBy(notification_channels.created_at, notification_channels.id)
  const ways = [...new Map(rows.map((one) => [one.row.id, one])).values()]
  const ids = ways.flatMap(({ row }) => row.via_id ?? [])
  const vias = await db
    .select()
    .from(notification_channels)
    .where(and(inTenant(tenant_id), inArray(notification_channels.id, ids)))
  const byId = new Map(vias.filter(({ user_id }) => user_id === null).map((via) => [via.id, via]))
  return ways.map(({ row, failure }) => ({ row, failure, via: byId.get(row.via_id ?? '') }))
}

/** Every way to reach each of these members: their account's address, their devices and what they have added. */
export async function contactsOf(
  app: Config,
  db: Reader | Writer,
  tenant_id: string,
  user_ids: readonly string[],
): Promise<Map<string, Contact[]>> {
  const people = await db
    .select({ id: users.id, verified_at: users.email_verified_at })
    .from(users)
    .innerJoin(memberships, and(eq(memberships.user_id, users.id), eq(memberships.tenant_id, tenant_id)))
    .where(inArray(users.id, [...user_ids]))
  const devices = await db
    .select({ device: push_tokens, failure: channel_failures.error })
    .from(push_tokens)
    .leftJoin(channel_failures, eq(channel_failures.channel_id, sql`'push:' || ${push_tokens.id}`))
    .where(inArray(push_tokens.user_id, [...user_ids]))
    .orderBy(push_tokens.created_at)
  const own = await ownChannels(db, tenant_id, user_ids)
  return new Map(
    people.map(({ id, verified_at }) => [
      id,
      [
        {
          ...{ id: 'email', name: 'E-mail', type: 'email', kind: 'email' as const },
          ...{ verified: isKnown(app, verified_at), failing: mailFault(app) ?? null },
        },
        ...devices
          .filter(({ device }) => device.user_id === id)
          .map(({ device, failure }) => ({
            ...{ id: destinationOf(device.id), name: device.name, type: 'push', kind: 'push' as const },
            ...{ verified: true, failing: deviceFault(app.config, device.platform) ?? failure },
          })),
        ...own.filter(({ row }) => row.user_id === id).map(contactOf),
      ],
    ]),
  )
}

const contactOf = ({ row, via, failure }: Own): Contact => ({
  ...{ id: row.id, name: row.name, type: row.type, kind: kindOf(row.type) },
  ...{ verified: row.verified_at !== null, failing: viaFault(row, via) ?? failure },
})
