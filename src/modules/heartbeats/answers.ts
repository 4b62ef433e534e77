import { Type as t } from '@sinclair/typebox'
import {
  heartbeatKinds,
  heartbeatReasons,
  heartbeatStatuses,
  pingDoors,
  pingKinds,
  problemCodes,
  runStatuses,
} from '#contract/heartbeats'
import { severities } from '#contract/statuses'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'

/** What goes out; what comes in is in `schema.ts`. */

const number = t.Number()
const Json = t.Record(t.String(), t.Unknown())
const Numbers = t.Record(t.String(), number)
const Range = t.Object({ min: t.Optional(number), max: t.Optional(number) })

const Schedule = t.Object({
  kind: oneOf(['interval', 'cron', 'oncalendar'] as const),
  every_s: t.Optional(t.Integer()),
  cron: t.Optional(t.String()),
  oncalendar: t.Optional(t.String()),
  timezone: t.String(),
  only: t.Optional(t.Object({ weekdays: t.Optional(t.Array(t.Integer())), except: t.Optional(t.Array(t.String())) })),
})
const Problem = t.Object({
  code: oneOf(problemCodes),
  message: t.String(),
  since: Instant,
  about: t.Optional(t.String({ description: 'The number or budget it is about' })),
  expected: t.Optional(number),
  actual: t.Optional(number),
})
/** What a person decided about a heartbeat of any kind. */
const config = {
  id: t.String(),
  tenant_id: t.String(),
  kind: oneOf(heartbeatKinds),
  name: t.String(),
  name_slug: t.String({ description: 'Its name in an address, for pings with the key of the workspace' }),
  slug: nullable(t.String({ description: 'Secret: whoever knows it can report. Nothing for those who may not' })),
  ping_url: nullable(t.String({ description: 'Where it reports to. Nothing for those who may not' })),
  schedule: Schedule,
  schedule_words: t.String(),
  grace_s: t.Integer(),
  max_runtime_s: nullable(t.Integer()),
  min_interval_s: nullable(t.Integer()),
  per_day: nullable(Range),
  failures: t.Integer(),
  manual_resume: t.Boolean(),
  watch_duration: t.Boolean(),
  numbers: t.Array(t.Object({ name: t.String(), ...Range.properties })),
  filter: t.Object({
    post_only: t.Boolean(),
    rules: t.Array(
      t.Object({
        in: oneOf(['body', 'subject'] as const),
        contains: t.String(),
        means: oneOf(['success', 'fail', 'start', 'log', 'ignore'] as const),
      }),
    ),
    otherwise: oneOf(['success', 'fail', 'log', 'ignore'] as const),
  }),
  severity: oneOf(severities),
  reminder_interval_s: nullable(t.Integer()),
  tags: t.Array(t.String()),
  runbook_url: nullable(t.String()),
  description: nullable(t.String()),
  created_at: Instant,
  updated_at: Instant,
}
/** Where it stands. */
const standing = {
  status: oneOf(heartbeatStatuses),
  enabled: t.Boolean(),
  since: Instant,
  reason: nullable(oneOf(heartbeatReasons)),
  message: nullable(t.String()),
  problems: t.Array(Problem),
  running: t.Array(t.Object({ rid: nullable(t.String()), at: Instant })),
  pings: t.Integer({ description: 'How many ever came; each has a number' }),
  last_ping_at: nullable(Instant),
  last_ping_kind: nullable(oneOf(pingKinds)),
  last_run_at: nullable(Instant),
  last_duration_ms: nullable(t.Integer()),
  expected_at: nullable(Instant),
  deadline_at: nullable(Instant),
  alert_at: nullable(Instant),
}
export const View = t.Object({ ...config, ...standing })

export const Summary = t.Object({
  total: t.Integer(),
  new: t.Integer(),
  up: t.Integer(),
  late: t.Integer(),
  down: t.Integer(),
  paused: t.Integer(),
  problems: t.Integer({ description: 'Those whose runs are not as expected, however they stand' }),
})
export const TagView = t.Object({ tag: t.String(), heartbeats: t.Integer() })
export const PreviewView = t.Object({
  words: t.String(),
  next: t.Array(
    t.Object({
      expected_at: Instant,
      deadline_at: Instant,
      ends_by: t.String({ format: 'date-time', description: 'When a run that began at the deadline has to be over' }),
      local: t.String({ description: 'On the clocks of its time zone' }),
    }),
  ),
})
export const PingView = t.Object({
  n: t.Integer(),
  kind: oneOf(pingKinds),
  at: Instant,
  door: oneOf(pingDoors),
  method: nullable(t.String()),
  address: nullable(t.String()),
  agent: nullable(t.String()),
  rid: nullable(t.String()),
  exit_code: nullable(t.Integer()),
  duration_ms: nullable(t.Integer()),
  numbers: Numbers,
  note: nullable(t.String()),
  body_bytes: t.Integer({ description: 'How long its body was; at most 100,000 bytes of it are kept' }),
})
export const RunView = t.Object({
  status: oneOf(runStatuses),
  began_at: nullable(Instant),
  ended_at: Instant,
  duration_ms: nullable(t.Integer()),
  rid: nullable(t.String()),
  numbers: Numbers,
  details: Json,
  problems: t.Array(t.String()),
})
export const FlipView = t.Object({
  from: oneOf(heartbeatStatuses),
  to: oneOf(heartbeatStatuses),
  at: Instant,
  reason: nullable(oneOf(heartbeatReasons)),
  message: nullable(t.String()),
})
export const slotStatuses = ['ok', 'failed', 'missed', 'pending', 'excused'] as const
export const CalendarView = t.Object({
  timezone: t.String(),
  days: t.Array(
    t.Object({
      date: t.String({ format: 'date' }),
      expected: t.Integer(),
      ok: t.Integer(),
      failed: t.Integer(),
      missed: t.Integer(),
      off: t.Boolean({ description: 'Nothing is expected on this day' }),
    }),
  ),
  slots: t.Array(
    t.Object({
      expected_at: Instant,
      run_at: nullable(Instant),
      status: oneOf(slotStatuses),
    }),
    { description: 'The last 1000, oldest first; none of an interval, which counts from the last run' },
  ),
})
export const UptimeView = t.Object({
  uptime: nullable(number),
  down_s: number,
  outages: t.Integer(),
  days: t.Array(
    t.Object({
      date: t.String({ format: 'date' }),
      uptime: nullable(t.Number({ description: 'Share of the time in which it was listened to' })),
      down_s: number,
      paused_s: number,
      outages: t.Integer({ description: 'How often it went down on that day' }),
    }),
  ),
})
export const KeyView = t.Object({
  ping_url_base: t.String({ description: 'Followed by the key and the name: `/{key}/{name}`' }),
  key: nullable(t.String({ description: 'Nothing before one was made, and for those who may not report' })),
  auto_create: t.Boolean({ description: 'Whether a ping to an unknown name makes a heartbeat' }),
})
