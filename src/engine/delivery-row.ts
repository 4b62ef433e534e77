import type { deliveries } from '#db/schema/engine'
import type { notification_channels } from '#db/schema/notification-channels'

export type Delivery = typeof deliveries.$inferSelect
export type ChannelRow = typeof notification_channels.$inferSelect

/** Where a message goes, as it is used: a channel of the workspace, or a way to one person. */
export type Way = Pick<ChannelRow, 'id' | 'name' | 'type' | 'enabled' | 'events' | 'updated_at'> & {
  /** Whose it is. */
  person?: string
  /** Why it cannot be used at all. */
  unusable?: string
  /** In plain text; throws where the stored ones cannot be opened. */
  settings: () => Record<string, unknown> | Promise<Record<string, unknown>>
}

/** A send that has not ended by then is taken to have died with the process that began it. */
export const LEASE_MS = 120_000

/** One message per event and channel, whatever is repeated; reminders are events of their own. */
export const dedupKey = (incident_id: string, event: string, channel_id: string, reminder?: string) =>
  [incident_id, event, ...(reminder ? [reminder] : []), channel_id].join(':')

/** Nobody knows whether this message arrived, so it is sent once more whatever has happened since, and so is what follows it. */
export const CUT_OFF = 'cut off while it was being sent'
