import { Type as t } from '@sinclair/typebox'
import { feedTypes } from '#contract/oncall'
import { severities } from '#contract/statuses'
import { judgedLater, oneOf } from '#kernel/form'

const Time = t.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', examples: ['22:00'] })
const Zone = t.String({ minLength: 1, maxLength: 64, examples: ['Europe/Berlin'] })
// Safe: `t.Integer` with these bounds takes the days of the week and nothing else.
const Day = t.Unsafe<1 | 2 | 3 | 4 | 5 | 6 | 7>(t.Integer({ minimum: 1, maximum: 7 }))
const Days = t.Array(Day, { maxItems: 7, uniqueItems: true, description: 'Monday is 1, Sunday 7' })

const kinds = t.Partial(t.Object({ feed: t.Boolean(), email: t.Boolean(), push: t.Boolean(), other: t.Boolean() }))
export const Matrix = t.Unsafe<Partial<Record<(typeof feedTypes)[number] | 'oncall_handoff', typeof kinds.static>>>(
  t.Partial(t.Object(Object.fromEntries([...feedTypes, 'oncall_handoff'].map((type) => [type, kinds])))),
)
export const Rules = t.Array(
  t.Object({
    delay_s: t.Integer({ minimum: 0, maximum: 86_400, description: 'So long after the page' }),
    contact_id: t.String({
      minLength: 1,
      maxLength: 64,
      description:
        'One of your contact methods, `email` for the address of the account, or `push` for all your devices',
    }),
    severities: t.Optional(t.Array(oneOf(severities), { maxItems: 4, uniqueItems: true, description: 'Default: all' })),
  }),
  { maxItems: 20 },
)
export const QuietHours = t.Object({
  enabled: t.Boolean(),
  timezone: Zone,
  from: Time,
  to: Time,
  days: Days,
  critical_exempt: t.Boolean({ description: 'Critical incidents come through' }),
})
export const Digest = t.Object({ enabled: t.Boolean(), timezone: Zone, time: Time, days: Days })

export const shapes = { matrix: Matrix, rules: Rules, quiet_hours: QuietHours, digest: Digest }
/** A whole replacement: every part is named. */
export const Body = t.Object(
  {
    matrix: judgedLater(Matrix),
    rules: judgedLater(Rules),
    quiet_hours: judgedLater(QuietHours),
    digest: judgedLater(Digest),
  },
  { additionalProperties: false },
)
export const View = t.Object(shapes)
export type Body = typeof Body.static
