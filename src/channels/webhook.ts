import { createHmac } from 'node:crypto'
import { Type as t } from '@sinclair/typebox'
import { DeliveryError, defineChannel } from '#channels/define'
import { hostOf, quoted, secretsIn, urlFaults } from '#channels/text'
import { MASK, secret, ui } from '#kernel/form'

const WHSEC = 'whsec_'
/** Names we set ourselves, or that belong to the connection. */
const RESERVED = /^(host|content-(length|type)|transfer-encoding|connection|webhook-.*|x-xinex-.*)$/i
// https://www.rfc-editor.org/rfc/rfc9110#name-tokens
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

const hmac = (key: string | Buffer, text: string, encoding: 'hex' | 'base64') =>
  createHmac('sha256', key).update(text).digest(encoding)

/**
 * Two signatures for two kinds of receivers, both over the very bytes that are sent: the plain one as GitHub does it
 * (the key is the secret as typed), and https://www.standardwebhooks.com, where `whsec_` announces a key in base64.
 */
function signatures(signing_secret: string, id: string, seconds: string, body: string): Record<string, string> {
  const key = signing_secret.startsWith(WHSEC)
    ? Buffer.from(signing_secret.slice(WHSEC.length), 'base64')
    : signing_secret
  return {
    'x-xinex-signature-256': `sha256=${hmac(signing_secret, body, 'hex')}`,
    'webhook-signature': `v1,${hmac(key, `${id}.${seconds}.${body}`, 'base64')}`,
  }
}

function headerFault(headers: Record<string, string>): string | undefined {
  for (const [name, value] of Object.entries(headers)) {
    if (!TOKEN.test(name)) return `“${name.slice(0, 40)}” is not a valid header name.`
    if (RESERVED.test(name)) return `The header ${name} is set by Xinex itself.`
    if (/[^\t\x20-\x7e]/.test(value)) return `The value of ${name} contains characters that headers cannot carry.`
  }
  return undefined
}

/** Any receiver of yours: `{event, delivery_id, timestamp, data}`, signed when there is a secret. */
export const webhook = defineChannel({
  type: 'webhook',
  each: true,
  title: 'Webhook',
  summary: 'Posts JSON to an address of yours, signed so that you can tell it is genuine.',
  docs: 'https://www.standardwebhooks.com',
  notes: [
    'The body is `{"event", "delivery_id", "timestamp", "data"}`; `timestamp` is when it happened, also in a late message.',
    'Deliveries are at least once: `delivery_id` is the same for every attempt of one message.',
    '',
    '| header | holds |',
    '| --- | --- |',
    '| `X-Xinex-Event`, `X-Xinex-Delivery` | the same as in the body |',
    '| `X-Xinex-Timestamp` | Unix seconds of this attempt |',
    '| `X-Xinex-Signature-256` | `sha256=` and the hex HMAC-SHA256 of the raw body; the key is the secret as typed |',
    '| `webhook-id`, `webhook-timestamp`, `webhook-signature` | Standard Webhooks; its libraries verify them |',
    '',
    '| `event` | `data` |',
    '| --- | --- |',
    '| `incident.created`, `.acknowledged`, `.resolved`, `.updated` | `incident`, and its `monitor` or `heartbeat` |',
    '| `on_call.changed` | `schedule`, `on_call`, and who came `on` and went `off`, as user ids |',
    '| `monitor.status_changed` | `monitor_id`, `name`, `status`, `previous_status`, `changed_at`, `message` |',
    '| `heartbeat.missed`, `heartbeat.recovered` | `heartbeat_id`, `name`, `kind`, `status`, `reason`, `message`, `changed_at`, `last_ping_at` |',
    '| `maintenance.started`, `maintenance.ended` | `maintenance_id`, `name`, `scope`, `at`, `until` |',
    '| `test` | what the test is |',
    '',
    'Those of monitors, heartbeats and maintenance are for records: a channel of any kind gets them only where its `events` name',
    'them. A change of a monitor is told when checks have proved it, whether anybody is called for it or not.',
  ].join('\n'),

  settings: t.Object({
    url: t.String({
      title: 'URL',
      format: 'uri',
      minLength: 1,
      maxLength: 2048,
      description: 'Must answer with a 2xx status within 10 seconds.',
      ...ui({ placeholder: 'https://example.com/hooks/xinex', mono: true }),
    }),
    signing_secret: t.Optional(
      secret({
        title: 'Signing secret',
        maxLength: 512,
        description: 'Recommended: lets the receiver verify the signature; plain text, or whsec_ followed by base64.',
        ...ui({ mono: true }),
      }),
    ),
    authorization: t.Optional(
      secret({
        title: 'Authorization',
        description: 'Sent as the Authorization header, for example “Bearer …”.',
        ...ui({ group: 'advanced', mono: true }),
      }),
    ),
    headers: t.Optional(
      t.Record(t.String({ minLength: 1, maxLength: 128 }), t.String({ maxLength: 2048 }), {
        title: 'More headers',
        maxProperties: 20,
        description: 'Visible to everyone who may see this channel, so put keys into “Authorization”.',
        ...ui({ group: 'advanced', widget: 'kv' }),
      }),
    ),
  }),

  label: ({ url }) => hostOf(url),

  check({ url, signing_secret = '', authorization = '', headers = {} }) {
    const header = headerFault(headers)
    const badSecret = signing_secret.startsWith(WHSEC) && !BASE64.test(signing_secret.slice(WHSEC.length))
    return {
      ...urlFaults('settings.url', url),
      ...(badSecret && { 'settings.signing_secret': 'After whsec_ there must be base64.' }),
      ...(authorization !== MASK &&
        /[^\t\x20-\x7e]/.test(authorization) && {
          'settings.authorization': 'Contains characters that a header cannot carry.',
        }),
      ...(header && { 'settings.headers': header }),
    }
  },

  async send({ settings: { url, signing_secret, authorization, headers = {} }, notice, post, now }) {
    const { event, delivery_id, at, data } = notice
    const fault = headerFault(headers)
    if (fault) throw new DeliveryError(fault, 'disable')
    const body = JSON.stringify({ event, delivery_id, timestamp: at, data })
    // The moment of sending, new with each attempt: receivers refuse old ones to stop replays.
    const seconds = String(Math.floor(now() / 1000))
    const own = { ...headers, ...(authorization && { authorization }) }
    const answer = await post(url, {
      body,
      headers: {
        ...own,
        'x-xinex-event': event,
        'x-xinex-delivery': delivery_id,
        'x-xinex-timestamp': seconds,
        'webhook-id': delivery_id,
        'webhook-timestamp': seconds,
        ...(signing_secret && signatures(signing_secret, delivery_id, seconds, body)),
      },
    })
    return { answer: `${answer.status} ${quoted(answer.text, secretsIn(url, own))}`.trim() }
  },
})
