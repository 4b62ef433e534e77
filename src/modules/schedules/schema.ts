import { Type as t } from '@sinclair/typebox'
import { overrideKinds, rotations } from '#contract/oncall'
import { lineOf, Name, Zone } from '#kernel/fields'
import { judgedLater, oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'
import { presetIds } from '#oncall/presets'

const closed = { additionalProperties: false }
const Id = t.String({ minLength: 1, maxLength: 64 })
export const MOST = { layers: 30, participants: 50, together: 10, restrictions: 50, overrides: 500, temporary: 50 }

const Time = t.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: 'HH:MM on the clock of the schedule' })
const Day = t.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'YYYY-MM-DD' })
const Weekday = t.Unsafe<1 | 2 | 3 | 4 | 5 | 6 | 7>(
  t.Integer({ minimum: 1, maximum: 7, description: '1 is Monday, 7 is Sunday' }),
)
const Participants = t.Array(t.Union([Id, t.Array(Id, { minItems: 1, maxItems: MOST.together, uniqueItems: true })]), {
  minItems: 1,
  maxItems: MOST.participants,
  description: 'User ids in their order; a list within it is several people at once',
})
const RestrictionDraft = t.Object(
  {
    days: t.Array(Weekday, { minItems: 1, maxItems: 7, uniqueItems: true }),
    from: Time,
    to: t.String({ ...Time, description: 'HH:MM; before or at `from` it is on the next day' }),
  },
  closed,
)

export const LayerDraft = t.Object(
  {
    id: t.Optional(t.String({ pattern: '^[0-9a-zA-Z_-]{1,64}$', description: 'Default: given out by the server' })),
    name: t.Optional(lineOf(80)),
    priority: t.Optional(
      t.Integer({ minimum: 0, maximum: 1_000, description: 'The higher covers the lower. Default 1' }),
    ),
    rotation: oneOf(rotations),
    length: t.Optional(
      t.Integer({ minimum: 1, maximum: 8_760, description: 'Hours, days, weeks or months. Default 1' }),
    ),
    handoff_time: t.Optional(t.String({ ...Time, description: 'Default 09:00' })),
    handoff_day: t.Optional(nullable(Weekday)),
    start_date: t.Optional(t.String({ ...Day, description: 'Default: today' })),
    end_date: t.Optional(nullable(Day)),
    participants: Participants,
    restrictions: t.Optional(
      t.Array(RestrictionDraft, { maxItems: MOST.restrictions, description: 'On call only then. Default: always' }),
    ),
  },
  closed,
)
export type LayerDraft = typeof LayerDraft.static

export const PresetDraft = t.Object(
  {
    id: oneOf(presetIds),
    participants: Participants,
    start_date: t.Optional(t.String({ ...Day, description: 'Default: today' })),
  },
  closed,
)
export const NoticeDraft = t.Object(
  {
    mode: oneOf(['off', 'on_change', 'weekly'] as const),
    people: t.Optional(t.Boolean({ description: 'Those who come and go, by their own ways. Default true' })),
    channel_ids: t.Optional(t.Array(Id, { maxItems: 20, uniqueItems: true })),
    day: t.Optional(Weekday),
    time: t.Optional(Time),
  },
  closed,
)

const parts = {
  description: t.Optional(nullable(t.String({ maxLength: 1_000 }))),
  timezone: t.Optional(Zone),
  layers: t.Optional(judgedLater(t.Array(LayerDraft, { maxItems: MOST.layers }))),
  preset: t.Optional(judgedLater(PresetDraft)),
  notice: t.Optional(judgedLater(NoticeDraft)),
}
export const Draft = t.Object({ name: Name, ...parts }, closed)
export const Edit = t.Object({ name: t.Optional(Name), ...parts }, closed)
export const Preview = t.Object(
  {
    ...Edit.properties,
    id: t.Optional(t.String({ maxLength: 64, description: 'What is not given is taken from this schedule' })),
    from: t.Optional(Instant),
    to: t.Optional(Instant),
  },
  closed,
)

const overrideFields = {
  user_id: t.Optional(nullable(Id)),
  replaces: t.Optional(nullable(Id)),
  from: t.Optional(Instant),
  note: t.Optional(nullable(t.String({ maxLength: 500 }))),
}
export const OverrideDraft = t.Object(
  { kind: t.Optional(oneOf(overrideKinds, { description: 'Default replace' })), ...overrideFields, to: Instant },
  closed,
)
export const OverrideEdit = t.Object(
  { kind: t.Optional(oneOf(overrideKinds)), ...overrideFields, to: t.Optional(Instant) },
  closed,
)
const TemporaryShifts = t.Array(t.Object({ user_id: Id, from: Instant, to: Instant }, closed), { maxItems: 200 })
export const TemporaryDraft = t.Object(
  { name: t.Optional(Name), from: t.Optional(Instant), to: Instant, shifts: judgedLater(TemporaryShifts) },
  closed,
)
export const TemporaryEdit = t.Partial(TemporaryDraft, closed)
export const Shifts = TemporaryShifts

export const RangeQuery = t.Object({ from: t.Optional(Instant), to: t.Optional(Instant) })
export const AtQuery = t.Object({ at: t.Optional(Instant) })

export type Draft = typeof Draft.static
export type Edit = typeof Edit.static
export type Preview = typeof Preview.static
export type OverrideDraft = typeof OverrideDraft.static
export type OverrideEdit = typeof OverrideEdit.static
export type TemporaryDraft = typeof TemporaryDraft.static
export type TemporaryEdit = typeof TemporaryEdit.static
export type RangeQuery = typeof RangeQuery.static
