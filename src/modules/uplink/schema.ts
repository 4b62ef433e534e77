import { Type as t } from '@sinclair/typebox'
import { MOST_ANCHORS } from '#contract/anchors'
import { lineOf } from '#kernel/fields'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'

const Anchors = t.Array(lineOf(270), {
  maxItems: MOST_ANCHORS,
  description:
    'Places that answer always, as `host:port` or `host` for a ping: while none of them does, failures are unknown. None: every failure is believed',
  examples: [['192.0.2.1', 'resolver.example:53']],
})
const asked = { anchor: t.String(), ok: t.Boolean(), message: t.String() }

export const Draft = t.Object({ anchors: Anchors })
export const View = t.Object({
  anchors: t.Array(t.String()),
  uplink: t.Object({
    state: oneOf(['unset', 'up', 'down'], { description: '`unset`: none is set, or none of these was asked yet' }),
    since: Instant,
    anchors: t.Array(t.Object(asked)),
  }),
})
export const Tested = t.Object({
  anchors: t.Array(t.Object({ ...asked, response_time_ms: nullable(t.Number()) })),
})
export type Draft = typeof Draft.static
