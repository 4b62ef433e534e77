import { and, eq, isNull } from 'drizzle-orm'
import type { Channel } from '#channels/define'
import { channelOf } from '#channels/index'
import { refusalOf } from '#contract/permissions'
import type { Reader, Writer } from '#db/client'
import { notification_channels as channels } from '#db/schema/notification-channels'
import { personalForm, placeOf, settingsOf } from '#engine/contacts'
import type { App, Ctx, Tx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { completed, opened, sealed } from '#kernel/settings'

type Row = typeof channels.$inferSelect
type Values = Record<string, unknown>

/** Whether people may be reached this way at all: not what the engine makes, nor what reaches into the machine. */
export const isPersonal = ({ hidden, admins_only }: Channel) => !hidden && !admins_only

export function pluginOf(type: string): Channel {
  const plugin = channelOf(type)
  if (!plugin || !isPersonal(plugin)) throw invalid({ type: 'is not a type that people can be reached by' })
  return plugin
}

/** The channel of the workspace that is to carry the messages; throws 422 when there is none such. */
export async function viaOf(db: Reader | Writer, tenant_id: string, type: string, via_id: string): Promise<Row> {
  const [via] = await db
    .select()
    .from(channels)
    .where(and(eq(channels.id, via_id), eq(channels.tenant_id, tenant_id), isNull(channels.user_id)))
  if (!via) throw invalid({ via_id: 'is no channel of this workspace' })
  if (via.type !== type) throw invalid({ via_id: `is a channel of another type: ${via.type}` })
  if (!channelOf(type)?.personal?.length)
    throw invalid({ via_id: 'goes to one place only: it takes no address of yours' })
  return via
}

/** Messages to an address of their own choosing are for those who may set up channels; others use what the team has. */
export function requireOwnServer({ actor }: Ctx | Tx) {
  const refusal = refusalOf(actor, 'channels:write', '/api/v1/notification-channels')
  if (refusal) throw fail('FORBIDDEN', { message: `${refusal}: choose a channel of the workspace to go through` })
}

const schemaOf = (plugin: Channel, via: Row | undefined) => (via && personalForm(plugin)) || plugin.settings

/** What is stored of a way, in plain text: its own address alone, where it goes through a channel. */
export const ownPlain = ({ vault }: Pick<App, 'vault'>, row: Row, via: Row | undefined): Values => {
  const plugin = channelOf(row.type)
  return plugin ? opened({ vault, schema: schemaOf(plugin, via), context: placeOf(row.id) }, row.settings) : {}
}

/** One person is reached at one address: a list of them would page others who never agreed. */
function crowd({ personal = [] }: Channel, plain: Values): Record<string, string> {
  const lists = personal.filter((name) => {
    const value = plain[name]
    return Array.isArray(value) && value.length > 1
  })
  return Object.fromEntries(lists.map((name) => [`settings.${name}`, 'must have exactly one entry']))
}

/** Settings as a person sent them, completed with what is stored; throws 422 naming every wrong field. */
export function readSettings(
  app: Pick<App, 'vault'>,
  { plugin, via, given }: { plugin: Channel; via: Row | undefined; given: unknown },
  kept: Values,
): Values {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid({ settings: 'must be an object' })
  const schema = schemaOf(plugin, via)
  // Safe: no list and not null, so its entries are what JSON has.
  const { plain, faults } = completed(schema, given as Values, kept)
  if (Object.keys(faults).length === 0) {
    const whole = via ? { ...settingsOf(app, via), ...plain } : plain
    const wrong = Object.entries(plugin.check?.(whole) ?? {})
    // What is wrong with the channel itself is not for this person to mend.
    const mine = wrong.filter(([path]) => Object.hasOwn(schema.properties, path.split('.')[1] ?? ''))
    Object.assign(faults, Object.fromEntries(mine), crowd(plugin, plain))
  }
  if (Object.keys(faults).length > 0) throw invalid(faults)
  return plain
}

export const sealFor = (
  { vault }: Pick<App, 'vault'>,
  plugin: Channel,
  via: Row | undefined,
  id: string,
  plain: Values,
) => sealed({ vault, schema: schemaOf(plugin, via), context: placeOf(id) }, plain)
