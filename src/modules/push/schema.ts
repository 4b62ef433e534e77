import { Type as t } from '@sinclair/typebox'

/** As text: what calls us is often a script that leaves a value empty. */
const fields = {
  status: t.Optional(t.String({ maxLength: 20, description: '`up` (also when it is left out), `degraded` or `down`' })),
  msg: t.Optional(
    t.String({ maxLength: 10_000, description: 'What a person should read; the first 300 characters count' }),
  ),
}
export const PushQuery = t.Object({
  ...fields,
  ping: t.Optional(t.String({ maxLength: 40, description: 'How long it took, in milliseconds' })),
})
export const PushBody = t.Optional(
  t.Object({ ...fields, ping: t.Optional(t.Union([t.Number(), t.String({ maxLength: 40 })])) }),
)
export const Pushed = t.Object({ ok: t.Literal(true) })

export type Given = { status?: string; msg?: string; ping?: string | number }
