import { Type as t } from '@sinclair/typebox'
import { t as inQuery } from 'elysia'
import { lineOf, Name } from '#kernel/fields'
import { oneOf } from '#kernel/form'
import { Instant, nullable, pageFields } from '#kernel/page'
import type { Reason } from '#probes/define'

const Facts = t.Object({
  version: t.Optional(lineOf(64)),
  hostname: t.Optional(lineOf(253)),
  platform: t.Optional(lineOf(64)),
})
const Region = t.String({
  pattern: '^[a-z0-9-]{1,40}$',
  maxLength: 40,
  description: 'Where it stands; `local` is the appliance itself',
  examples: ['berlin-2'],
})
const Anchors = t.Array(lineOf(270), {
  maxItems: 8,
  description:
    'Places that answer always, as `host:port` or `host` for a ping: while none of them does, the prober blames its own network',
  examples: [['9.9.9.9:53', 'gateway.lan']],
})
const fields = {
  id: t.String(),
  tenant_id: t.String(),
  name: t.String(),
  region: t.String(),
  facts: Facts,
  registered_at: nullable(Instant),
  last_seen_at: nullable(Instant),
  last_seen_address: nullable(t.String()),
  anchors: t.Array(t.String()),
  clock_offset_ms: nullable(t.Integer()),
  created_at: Instant,
  updated_at: Instant,
}
const Token = t.Object({
  id: t.String(),
  prefix: t.String(),
  expires_at: nullable(Instant),
  last_used_at: nullable(Instant),
  created_at: Instant,
})
const Seen = t.Object({ anchor: t.String(), ok: t.Boolean(), message: t.String() })
const uplinkStates = ['unset', 'up', 'down'] as const
/** Where it stands now. */
const live = {
  status: oneOf(['waiting', 'online', 'offline']),
  monitors: t.Integer({ description: 'How many monitors it checks' }),
  monitors_alone: t.Integer({ description: 'How many would be checked by nobody without it' }),
  uplink: nullable(t.Object({ state: oneOf(uplinkStates), since: Instant, anchors: t.Array(Seen) })),
  lag_ms: nullable(t.Number({ description: 'How long the oldest due check has been waiting to start' })),
  buffered: nullable(t.Integer({ description: 'Results that wait there' })),
  blind: t.Boolean({ description: 'What it would see is unknown' }),
}
/** What a prober sees of itself. */
export const Registered = t.Object({ ...fields, server_time: Instant })
export const View = t.Object({ ...fields, ...live, tokens: t.Array(Token) })
/** The only answers that hold the token itself. */
export const Made = t.Object({ ...fields, ...live, tokens: t.Array(Token), token: t.String() })
export const Draft = t.Object({ name: Name, region: Region, anchors: t.Optional(Anchors) })
export const Edit = t.Object({ name: t.Optional(Name), region: t.Optional(Region), anchors: t.Optional(Anchors) })
export const Rotation = t.Optional(
  t.Object({
    grace_s: t.Optional(
      t.Integer({
        minimum: 0,
        maximum: 604_800,
        description: 'How long the old token still works, in seconds; an hour unless said otherwise',
      }),
    ),
  }),
)
export const Registration = Facts
export type Draft = typeof Draft.static
export type Edit = typeof Edit.static
export type Registration = typeof Registration.static

export const JobsQuery = t.Object({
  since: t.Optional(t.String({ maxLength: 64, description: '`revision` of the last answer; without it, everything' })),
  // Elysia's own kind: only that one is read out of a query, where everything is text.
  wait: inQuery.Integer({ minimum: 0, maximum: 30, default: 0, description: 'How many seconds to wait for news' }),
})
const Again = t.Object({ number: t.Integer(), delay_ms: t.Integer() })
const Assignment = t.Object({
  number: t.Integer(),
  version: t.Integer(),
  interval_ms: t.Integer(),
  job: t.Record(t.String(), t.Unknown(), {
    description: 'Type, url, settings with their secrets in plain text, timeout_ms, degraded_ms, inverted',
  }),
})
export const JobsView = t.Object({
  revision: t.String(),
  full: t.Boolean({ description: 'What is not in `set` is not to be checked any more' }),
  set: t.Array(Assignment),
  remove: t.Array(t.Integer()),
  again: t.Array(Again),
  anchors: t.Array(t.String()),
  server_time: Instant,
})

const Ms = t.Number({ minimum: 0, maximum: 86_400_000 })
const reasons = [
  ...['timeout', 'refused', 'reset', 'unreachable', 'dns', 'tls', 'certificate', 'status', 'assertion'],
  ...['protocol', 'slow', 'blocked', 'own_side', 'error'],
] as Reason[]
const phases = ['dns_ms', 'connect_ms', 'tls_ms', 'first_byte_ms', 'transfer_ms'] as const
const Found = t.Object({
  number: t.Integer({ minimum: 1, maximum: 2 ** 32 }),
  version: t.Integer({ minimum: 0 }),
  at: t.String({ format: 'date-time', maxLength: 40 }),
  verdict: t.Object({
    status: oneOf(['up', 'degraded', 'down', 'unknown']),
    reason: t.Optional(oneOf(reasons)),
    message: t.String({ maxLength: 2_000 }),
    response_time_ms: t.Optional(Ms),
    phases: t.Optional(t.Object(Object.fromEntries(phases.map((name) => [name, t.Optional(Ms)])))),
    evidence: t.Optional(t.Record(t.String(), t.Unknown())),
  }),
})
export const Batch = t.Object({
  boot: lineOf(64),
  seq: t.Integer({ minimum: 0 }),
  sent_at: t.String({ format: 'date-time', maxLength: 40 }),
  clock_offset_ms: t.Optional(t.Integer({ minimum: -1e14, maximum: 1e14 })),
  results: t.Array(Found, { maxItems: 1_000 }),
  stats: t.Object({
    lag_ms: t.Number({ minimum: 0, maximum: 1e12 }),
    running: t.Integer({ minimum: 0, maximum: 1e9 }),
    buffered: t.Integer({ minimum: 0, maximum: 1e12 }),
    dropped: t.Optional(t.Integer({ minimum: 0, maximum: 1e12 })),
    uplink: t.Optional(
      nullable(
        t.Object({
          state: oneOf(uplinkStates),
          since: t.String({ format: 'date-time', maxLength: 40 }),
          anchors: t.Array(
            t.Object({
              anchor: t.String({ maxLength: 300 }),
              ok: t.Boolean(),
              message: t.String({ maxLength: 2_000 }),
            }),
            {
              maxItems: 64,
            },
          ),
        }),
      ),
    ),
  }),
})
export const Received = t.Object({
  accepted: t.Integer(),
  again: t.Array(Again),
  revision: t.String(),
  server_time: Instant,
})
export const BlindQuery = t.Object({
  ...pageFields,
  prober_id: t.Optional(t.String({ maxLength: 64, description: 'Of this one; `local` is the appliance itself' })),
})
export const BlindPeriod = t.Object({
  id: t.String(),
  prober_id: nullable(t.String()),
  prober_name: nullable(t.String()),
  cause: oneOf(['uplink', 'off', 'asleep', 'offline']),
  message: t.String(),
  from: Instant,
  until: nullable(Instant),
})
export type JobsQuery = typeof JobsQuery.static
export type Batch = typeof Batch.static
export type BlindQuery = typeof BlindQuery.static
