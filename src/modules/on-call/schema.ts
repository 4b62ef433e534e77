import { Type as t } from '@sinclair/typebox'
import { severities, sourceTypes } from '#contract/statuses'
import { judgedLater, oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'

const closed = { additionalProperties: false }
const Id = t.String({ maxLength: 64 })
const Subject = t.Object(
  {
    name: t.String({ minLength: 1, maxLength: 200 }),
    severity: t.Optional(oneOf(severities)),
    source_type: t.Optional(oneOf(sourceTypes)),
    monitor_type: t.Optional(nullable(t.String({ maxLength: 40 }))),
    tags: t.Optional(t.Array(t.String({ maxLength: 64 }), { maxItems: 50 })),
    regions: t.Optional(t.Array(t.String({ maxLength: 64 }), { maxItems: 50 })),
  },
  closed,
)
const about = {
  monitor_id: t.Optional(Id),
  heartbeat_id: t.Optional(Id),
  incident_id: t.Optional(Id),
  subject: t.Optional(Subject),
  at: t.Optional(t.String({ maxLength: 40, description: 'A moment such as 2026-05-01T03:00:00Z. Default: now' })),
}
export const Question = t.Object(about, closed)
export const Trial = t.Object(
  {
    ...about,
    rule: t.Optional(
      judgedLater(t.Object({}, { description: 'A rule that is not saved; with an id, in place of that one' })),
    ),
  },
  closed,
)
const Named = t.Object({ id: t.String(), name: t.String() })
const Contact = t.Object({ at_s: t.Number(), name: t.String(), type: t.String(), skipped: t.Optional(t.String()) })
const Person = t.Object({
  user_id: t.String(),
  user_name: t.String(),
  via: nullable(t.String({ description: 'The schedule that leads to them' })),
  contacts: t.Array(Contact),
})
const Step = t.Object({ step: t.Integer(), at_s: t.Number(), people: t.Array(Person), channels: t.Array(Named) })
export const Told = t.Object({
  sentence: t.String(),
  severity: oneOf(severities),
  suppressed: nullable(t.Object({ rule_id: t.String(), rule_name: t.String() })),
  held: nullable(
    t.Object(
      { why: t.String(), message: t.String() },
      { description: 'Why nobody would be called before something is over' },
    ),
  ),
  chain: t.Array(
    t.Object({
      at: Instant,
      what: t.String(),
      took: t.Boolean(),
      message: t.String(),
      data: t.Optional(t.Record(t.String(), t.Unknown())),
    }),
  ),
  alerts: t.Array(
    t.Object({
      policy_id: nullable(t.String()),
      policy_name: nullable(t.String()),
      rule: nullable(Named),
      steps: t.Array(Step),
    }),
  ),
  channels: t.Array(Named),
})
export const Findings = t.Object({
  items: t.Array(
    t.Object({
      level: oneOf(['error', 'warning', 'info'] as const),
      code: t.String(),
      message: t.String(),
      subject: t.Object({ type: t.String(), id: t.String(), name: t.String() }),
    }),
  ),
})
export type Question = typeof Question.static
export type Trial = typeof Trial.static
