import { t } from 'elysia'
import { lineOf } from '#kernel/fields'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'

const closed = { additionalProperties: false }
const base64url = (maxLength: number) => t.String({ minLength: 1, maxLength, pattern: '^[A-Za-z0-9_-]+={0,2}$' })
const platforms = ['ios', 'android', 'web'] as const

/** As `PushSubscription.toJSON()` tells it. */
const Subscription = t.Object(
  {
    endpoint: t.String({ minLength: 1, maxLength: 2048, pattern: '^[!-~]+$' }),
    expirationTime: t.Optional(nullable(t.Number())),
    keys: t.Object({ p256dh: base64url(128), auth: base64url(64) }, closed),
  },
  { ...closed, description: 'Of a browser: what `PushSubscription.toJSON()` says' },
)

export const Draft = t.Object(
  {
    platform: oneOf(platforms),
    name: t.Optional(lineOf(120)),
    token: t.Optional(
      t.String({ minLength: 1, maxLength: 4096, pattern: '^[!-~]+$', description: 'What Apple or Google named it' }),
    ),
    subscription: t.Optional(Subscription),
  },
  closed,
)
export const View = t.Object({
  id: t.String(),
  platform: oneOf(platforms),
  name: t.String(),
  fingerprint: t.String({ description: 'The SHA-256 of its token or endpoint, by which a device finds itself' }),
  problem: nullable(t.String({ description: 'Why nothing arrives there' })),
  last_used_at: nullable(Instant),
  created_at: Instant,
})
export const TestAnswer = t.Object({
  status: oneOf(['sent', 'failed'] as const),
  error: nullable(t.String()),
  answer: nullable(t.String()),
  duration_ms: t.Number(),
})
export const PushKey = t.Object({
  public_key: t.String({ description: '`applicationServerKey` of `PushManager.subscribe()`, base64url' }),
})
export type Draft = typeof Draft.static
