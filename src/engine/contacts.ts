import { type TObject, Type as t } from '@sinclair/typebox'
import { and, eq, inArray, or } from 'drizzle-orm'
import { type Channel, DeliveryError } from '#channels/define'
import { channelOf } from '#channels/index'
import type { Reader } from '#db/client'
import { channel_failures } from '#db/schema/engine'
import { notification_channels } from '#db/schema/notification-channels'
import { push_tokens } from '#db/schema/push-tokens'
import type { ChannelRow } from '#engine/delivery-row'
import { destinationOf, deviceFault, type Platform } from '#engine/devices'
import { peopleOf } from '#engine/people'
import type { App } from '#kernel/context'
import { opened } from '#kernel/settings'
import type { Contact } from '#oncall/personal'

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
export async function withVia(db: Reader, tenant_id: string, id: string) {
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

export const kindOf = (type: string): Contact['kind'] =>
  type === 'email' ? 'email' : channelOf(type)?.hidden ? 'push' : 'other'

type Own = { row: ChannelRow; via: ChannelRow | undefined; failure: string | null }

/** The personal ways of somebody, oldest first, with what keeps them from working. */
export async function ownChannels(db: Reader, tenant_id: string, user_id: string): Promise<Own[]> {
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
    .where(and(inTenant(tenant_id), eq(notification_channels.user_id, user_id)))
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

/** What the server itself lacks to use a way, which no row tells. */
function serverFault({ config }: Config, id: string, platform: Platform | undefined): string | undefined {
  if (id === 'email' && !config.smtpUrl) return 'this server has no mail server to send with'
  return (platform && deviceFault(config, platform)) ?? undefined
}

/** Every way to reach each of these members: their account's address, their devices and what they have added. */
export async function contactsOf(
  app: Config,
  db: Reader,
  tenant_id: string,
  user_ids: readonly string[],
): Promise<Map<string, Contact[]>> {
  const people = await peopleOf(db, tenant_id, [...user_ids])
  const devices = await db
    .select({ id: push_tokens.id, platform: push_tokens.platform })
    .from(push_tokens)
    .where(inArray(push_tokens.user_id, [...user_ids]))
  const platforms = new Map(devices.map(({ id, platform }) => [destinationOf(id), platform]))
  return new Map(
    [...people].map(([user_id, { contacts }]) => [
      user_id,
      contacts.map((way) => ({
        ...way,
        failing: serverFault(app, way.id, platforms.get(way.id)) ?? way.failing,
      })),
    ]),
  )
}
