import type { deliveries } from '#db/schema/engine'
import type { notification_channels } from '#db/schema/notification-channels'

export type Delivery = typeof deliveries.$inferSelect
export type ChannelRow = typeof notification_channels.$inferSelect

/** A send that has not ended by then is taken to have died with the process that began it. */
export const LEASE_MS = 120_000

/** One message per event and channel, whatever is repeated; reminders are events of their own. */
export const dedupKey = (incident_id: string, event: string, channel_id: string, reminder?: string) =>
  [incident_id, event, ...(reminder ? [reminder] : []), channel_id].join(':')
