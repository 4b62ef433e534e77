import { Type as t } from '@sinclair/typebox'
import { judgedLater, oneOf } from '#kernel/form'
import { Instant, nullable, pageFields } from '#kernel/page'

const closed = { additionalProperties: false }
const Id = t.String({ minLength: 1, maxLength: 64 })
const Ids = (description: string) => t.Array(Id, { maxItems: 200, uniqueItems: true, description })
export const MOST_S = 31 * 86_400

export const Scope = t.Object(
  {
    all: t.Optional(t.Boolean({ description: 'Every monitor and heartbeat of the workspace' })),
    monitor_ids: t.Optional(Ids('These monitors')),
    heartbeat_ids: t.Optional(Ids('These heartbeats, of either kind')),
    tags: t.Optional(
      t.Array(t.String({ minLength: 1, maxLength: 64 }), {
        ...{ maxItems: 50, uniqueItems: true },
        description: 'Monitors and heartbeats with any of these tags, also those that get it later',
      }),
    ),
  },
  closed,
)
const shape = {
  name: t.String({ minLength: 1, maxLength: 120 }),
  scope: judgedLater(Scope),
  starts_at: Instant,
}
const rest = {
  description: t.Optional(nullable(t.String({ maxLength: 2_000 }))),
  ends_at: t.Optional(nullable({ ...Instant, description: 'Of one that does not recur: when it is over' })),
  rrule: t.Optional(
    nullable(
      t.String({
        ...{ minLength: 1, maxLength: 300 },
        description:
          'Recurs by this rule (RFC 5545): FREQ of DAILY, WEEKLY or MONTHLY with INTERVAL, BYDAY, BYMONTHDAY, COUNT, UNTIL; ' +
          'begins at the time of day of `starts_at` on the clock of `timezone`',
      }),
    ),
  ),
  duration_s: t.Optional(
    nullable(t.Integer({ minimum: 60, maximum: MOST_S, description: 'How long each occurrence lasts' })),
  ),
  timezone: t.Optional(nullable(t.String({ maxLength: 64, description: 'IANA name. Default: that of the workspace' }))),
  notify_subscribers: t.Optional(t.Boolean({ description: 'For the subscribers of status pages. Default false' })),
}
export const Draft = t.Object({ ...shape, ...rest }, closed)
export type Draft = typeof Draft.static
export const Edit = t.Partial(Draft, closed)
export type Edit = typeof Edit.static

export const states = ['scheduled', 'active', 'ended'] as const
export const ListQuery = t.Object({
  ...pageFields,
  status: t.Optional(oneOf(states, { description: 'Only those that are so now' })),
})
export type ListQuery = typeof ListQuery.static

export const View = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  name: t.String(),
  description: nullable(t.String()),
  scope: Scope,
  starts_at: Instant,
  ends_at: nullable(Instant),
  rrule: nullable(t.String()),
  duration_s: nullable(t.Integer()),
  timezone: nullable(t.String()),
  notify_subscribers: t.Boolean(),
  status: oneOf(states),
  active_from: nullable(Instant),
  active_until: nullable(Instant),
  next: nullable(t.Object({ from: Instant, until: Instant })),
  created_at: Instant,
  updated_at: Instant,
})
export type View = typeof View.static
