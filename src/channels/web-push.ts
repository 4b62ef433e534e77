import { createHash } from 'node:crypto'
import { Type as t } from '@sinclair/typebox'
import { type Answer, DeliveryError, defineChannel } from '#channels/define'
import { refusal } from '#channels/post'
import { payloadOf } from '#channels/push-text'
import { PUSH_BYTES, sealedFor, vapid } from '#channels/sealed-push'
import { secret, ui } from '#kernel/form'

/** A browser that is off hears of it when it comes back within a day; the message tells when it happened. */
const TTL_S = 86_400

// https://www.rfc-editor.org/rfc/rfc8030#section-5.4: at most 32 characters of base64url.
const topicOf = (tag: string) => createHash('sha256').update(tag).digest('base64url').slice(0, 32)

function sealed(settings: { p256dh: string; auth: string }, text: string): Buffer {
  try {
    return sealedFor(settings, Buffer.from(text))
  } catch {
    throw new DeliveryError('The keys of this browser are not valid: register it anew.', 'disable', undefined, true)
  }
}

/** https://www.rfc-editor.org/rfc/rfc8030#section-7.3: the subscription is no more, and will never be again. */
function refused(endpoint: string, answer: Answer): DeliveryError {
  const { host } = new URL(endpoint)
  if (answer.status === 404 || answer.status === 410)
    return new DeliveryError(`${host} no longer knows this browser.`, 'disable', undefined, true)
  if (answer.status === 413) return new DeliveryError(`${host} finds the message too large.`, 'give-up')
  return refusal(endpoint, answer)
}

/** https://www.rfc-editor.org/rfc/rfc8030 with https://www.rfc-editor.org/rfc/rfc8291 and https://www.rfc-editor.org/rfc/rfc8292 */
export const webPush = defineChannel({
  type: 'web-push',
  title: 'Browser',
  summary: 'Shows a notification in a browser that was registered for it, also while no page is open.',
  docs: 'https://developer.mozilla.org/en-US/docs/Web/API/Push_API',
  hidden: true,
  people: true,

  settings: t.Object({
    endpoint: secret({
      title: 'Endpoint',
      maxLength: 2048,
      description: 'Where the browser’s push service takes messages for it.',
      ...ui({ mono: true }),
    }),
    p256dh: t.String({ title: 'Public key', maxLength: 128, description: 'Of the browser.', ...ui({ mono: true }) }),
    auth: secret({ title: 'Secret', maxLength: 64, description: 'Of the browser.', ...ui({ mono: true }) }),
    public_key: t.String({
      title: 'Server key',
      maxLength: 128,
      description: 'By which the push service knows us.',
      ...ui({ mono: true }),
    }),
    private_key: secret({
      title: 'Server secret',
      maxLength: 64,
      description: 'What we sign with.',
      ...ui({ mono: true }),
    }),
    contact: t.String({
      title: 'Contact',
      maxLength: 2048,
      description: 'Whom the push service may write to about us.',
      ...ui({ mono: true }),
    }),
  }),

  label: () => 'A browser',

  async send({ settings, notice, post, now }) {
    const { endpoint, p256dh, auth, public_key, private_key, contact } = settings
    const payload = payloadOf(notice, PUSH_BYTES)
    const answer = await post(endpoint, {
      body: sealed({ p256dh, auth }, JSON.stringify(payload)),
      headers: {
        authorization: await vapid({ public_key, private_key }, endpoint, contact, now()),
        'content-type': 'application/octet-stream',
        'content-encoding': 'aes128gcm',
        ttl: String(TTL_S),
        urgency: notice.urgent ? 'high' : 'normal',
        topic: topicOf(payload.tag),
      },
      expect: [404, 410, 413],
    })
    if (answer.status >= 300) throw refused(endpoint, answer)
    return { answer: String(answer.status) }
  },
})
