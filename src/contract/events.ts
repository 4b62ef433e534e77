/**
 * Everything that can happen, once. `audit`: written to the audit log; `queue`: the engine must act on it after commit
 * (an outbox row in the same transaction); `identity`: who somebody is or may do has changed, so what is remembered of
 * it is forgotten after commit.
 */
export const events = {
  'appliance.set_up': { audit: true, queue: false },
  'user.registered': { audit: true, queue: false },
  'user.updated': { audit: true, queue: false, identity: true },
  'user.password_reset': { audit: true, queue: false, identity: true },
  'session.created': { audit: true, queue: false },
  'session.revoked': { audit: true, queue: false, identity: true },
  'tenant.updated': { audit: true, queue: false, identity: true },
  'invitation.created': { audit: true, queue: false },
  'invitation.revoked': { audit: true, queue: false },
  'api_token.created': { audit: true, queue: false },
  'api_token.revoked': { audit: true, queue: false, identity: true },
  'monitor.created': { audit: true, queue: true },
  'monitor.updated': { audit: true, queue: true },
  'monitor.paused': { audit: true, queue: true },
  'monitor.resumed': { audit: true, queue: true },
  'monitor.deleted': { audit: true, queue: true },
  'notification_channel.created': { audit: true, queue: false },
  'notification_channel.updated': { audit: true, queue: false },
  'notification_channel.deleted': { audit: true, queue: false },
  'status_page.created': { audit: true, queue: false },
  'status_page.updated': { audit: true, queue: false },
  'status_page.deleted': { audit: true, queue: false },
  'incident.created': { audit: true, queue: true },
  'incident.acknowledged': { audit: true, queue: true },
  'incident.resolved': { audit: true, queue: true },
  'incident.commented': { audit: true, queue: false },
} as const satisfies Record<string, { audit: boolean; queue: boolean; identity?: boolean }>
export type EventName = keyof typeof events

/** What a notification channel can subscribe to; also the `event` of a webhook. */
export const noticeEvents = ['incident.created', 'incident.acknowledged', 'incident.resolved'] as const
export type NoticeEvent = (typeof noticeEvents)[number]
