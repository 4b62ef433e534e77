import { Type as t } from '@sinclair/typebox'
import { oneOf } from '#kernel/form'
import { Instant, nullable, pageFields, pageOf } from '#kernel/page'

const which = {
  from: t.Optional({ ...Instant, description: 'Default 30 days before `to`' } as typeof Instant),
  to: t.Optional({ ...Instant, description: 'Default now' } as typeof Instant),
  monitor_ids: t.Optional(
    t.String({ maxLength: 4_000, description: 'Only these monitors, separated by commas; at most 100' }),
  ),
  tag: t.Optional(t.String({ maxLength: 40 })),
}
export const UptimeQuery = t.Object({
  ...pageFields,
  ...which,
  group_by: t.Optional(oneOf(['monitor', 'tag', 'day'] as const, { description: 'Default monitor' })),
})
export const TimesQuery = t.Object({
  ...which,
  bucket: t.Optional(
    oneOf(['hour', 'day', 'auto'] as const, {
      description: 'Days are those of UTC. Default auto: hours up to a week, days beyond',
    }),
  ),
  region: t.Optional(t.String({ maxLength: 40 })),
})

const number = t.Number()
const seconds = {
  up_s: number,
  degraded_s: number,
  down_s: number,
  maintenance_s: number,
  unknown_s: number,
  paused_s: number,
  uptime: nullable(
    t.Number({ description: 'Share of the judged time (up, degraded, down) in which it worked; null without any' }),
  ),
  incidents: t.Integer({ description: 'Opened in that time' }),
}
export const UptimeView = t.Composite([
  pageOf(
    t.Object({
      key: t.String({ description: 'Id of the monitor, the tag, or the date in the time zone of the workspace' }),
      name: t.Optional(t.String()),
      ...seconds,
    }),
  ),
  t.Object({ from: Instant, to: Instant, totals: t.Object(seconds) }),
])

const maybe = nullable(number)
const figures = { count: t.Integer(), avg_ms: maybe, p50_ms: maybe, p95_ms: maybe, p99_ms: maybe }
const extremes = { min_ms: maybe, max_ms: maybe }
export const TimesView = t.Object({
  bucket_s: t.Integer(),
  buckets: t.Array(
    t.Object({
      at: Instant,
      ...figures,
      ...extremes,
      phases: t.Optional(t.Record(t.String(), number, { description: 'What an average answer spent in each phase' })),
    }),
  ),
  totals: t.Object({ ...figures, ...extremes }),
  regions: t.Array(t.Object({ region: t.String(), ...figures })),
})

export type UptimeQuery = typeof UptimeQuery.static
export type TimesQuery = typeof TimesQuery.static
