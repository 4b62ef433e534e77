import { Type as t } from '@sinclair/typebox'
import { overrideKinds, rotations } from '#contract/oncall'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'

const Restriction = t.Object({ days: t.Array(t.Integer()), from: t.String(), to: t.String() })
const Layer = t.Object({
  id: t.String(),
  name: t.String(),
  priority: t.Integer(),
  rotation: oneOf(rotations),
  length: t.Integer(),
  handoff_time: t.String(),
  handoff_day: nullable(t.Integer()),
  start_date: t.String(),
  end_date: nullable(t.String()),
  participants: t.Array(t.Union([t.String(), t.Array(t.String())])),
  restrictions: t.Array(Restriction),
})
export const OverrideView = t.Object({
  id: t.String(),
  kind: oneOf(overrideKinds),
  user_id: nullable(t.String()),
  replaces: nullable(t.String()),
  from: Instant,
  to: Instant,
  note: nullable(t.String()),
  created_by: nullable(t.String()),
})
export const TemporaryView = t.Object({
  id: t.String(),
  name: t.String(),
  from: Instant,
  to: Instant,
  shifts: t.Array(t.Object({ user_id: t.String(), from: Instant, to: Instant })),
})
const why = oneOf(['layer', 'override', 'temporary'] as const)
const Person = t.Object({ user_id: t.String(), user_name: t.String() })
const OnCallView = t.Object({
  ...Person.properties,
  until: t.Union([Instant, t.Null()], { description: 'Null: not within 400 days' }),
  layer_id: nullable(t.String()),
  why,
  override_id: nullable(t.String()),
})
const Next = nullable(t.Object({ at: Instant, users: t.Array(Person) }))
const standing = { on_call: t.Array(OnCallView), next: Next }

export const View = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  name: t.String(),
  description: nullable(t.String()),
  timezone: t.String(),
  layers: t.Array(Layer),
  overrides: t.Array(OverrideView, { description: 'Those that have not ended' }),
  temporary: t.Array(TemporaryView, { description: 'Those that have not ended' }),
  notice: t.Object({
    mode: oneOf(['off', 'on_change', 'weekly'] as const),
    people: t.Boolean(),
    channel_ids: t.Array(t.String()),
    day: t.Integer(),
    time: t.String(),
  }),
  ...standing,
  created_at: Instant,
  updated_at: Instant,
})
export const AtView = t.Object({ at: Instant, ...standing })
export const NowView = t.Object({
  schedule_id: t.String(),
  schedule_name: t.String(),
  timezone: t.String(),
  ...standing,
})

const interval = { from: Instant, to: Instant }
const ShiftView = t.Object({
  ...Person.properties,
  ...interval,
  layer_id: nullable(t.String()),
  why,
  override_id: nullable(t.String()),
})
export const TimelineView = t.Object({
  ...interval,
  shifts: t.Array(ShiftView),
  gaps: t.Array(t.Object(interval), { description: 'When nobody is on call' }),
  layers: t.Array(t.Object({ id: t.String(), name: t.String(), shifts: t.Array(ShiftView) }), {
    description: 'Each layer as if it were alone',
  }),
})
export const ReportView = t.Object({
  ...interval,
  hours: t.Number({ description: 'Of all people together' }),
  gap_hours: t.Number(),
  overlap_hours: t.Number(),
  gaps: t.Array(t.Object(interval)),
  overlaps: t.Array(t.Object(interval)),
  people: t.Array(
    t.Object({
      ...Person.properties,
      shifts: t.Integer(),
      hours: t.Number(),
      share: t.Number({ description: 'Percent of the hours of all' }),
      night_hours: t.Number({ description: '22:00 to 06:00' }),
      weekend_hours: t.Number({ description: 'Saturday and Sunday' }),
      nights: t.Integer(),
      weekends: t.Integer(),
    }),
  ),
  balance: t.Object(
    { hours: t.Integer(), nights: t.Integer(), weekends: t.Integer() },
    { description: 'Percent: 100 when everybody has the same' },
  ),
})
export const FeedView = t.Object({ id: t.String(), schedule_id: nullable(t.String()), created_at: Instant })
export const FeedMade = t.Object({
  ...FeedView.properties,
  url: t.String({ description: 'Shown this once; who knows it can read the calendar' }),
})
