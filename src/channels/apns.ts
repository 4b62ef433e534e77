import { createHash } from 'node:crypto'
import { Type as t } from '@sinclair/typebox'
import { importPKCS8, SignJWT } from 'jose'
import { type ApnsAnswer, type ApnsLine, apnsLine } from '#channels/apns-line'
import { DeliveryError, defineChannel, type Notice } from '#channels/define'
import { payloadOf } from '#channels/push-text'
import { secret, ui } from '#kernel/form'

const HOST = 'api.push.apple.com'
// https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification: 4 KB with the names around it.
const PAYLOAD = 3_400
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns: not sooner than every 20 minutes, not later than 60.
const RENEW_MS = 50 * 60_000
const KEPT_S = 86_400
const LINES = 20

type Signer = { key: string; key_id: string; team_id: string }

async function signed({ key, key_id, team_id }: Signer, now: number): Promise<string> {
  try {
    return await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: key_id })
      .setIssuer(team_id)
      .setIssuedAt(Math.floor(now / 1_000))
      .sign(await importPKCS8(key, 'ES256'))
  } catch {
    throw new DeliveryError('The key for Apple’s push service is not valid.', 'disable')
  }
}

function bodyOf(notice: Notice) {
  const { title, body, tag, urgent, actions, ...rest } = payloadOf(notice, PAYLOAD)
  return {
    aps: {
      alert: { title, body },
      sound: 'default',
      'thread-id': tag,
      'interruption-level': urgent ? 'time-sensitive' : 'active',
      ...(actions.length > 0 && { category: 'incident' }),
    },
    ...rest,
    ...{ tag, urgent, actions },
  }
}

/** https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns */
function refused({ status, reason }: ApnsAnswer): DeliveryError {
  const said = `Apple answered ${status}${reason && ` ${reason}`}`
  if (status === 410 || reason === 'BadDeviceToken')
    return new DeliveryError(`${said}: it no longer knows this device.`, 'disable', undefined, true)
  if (status === 429 || status >= 500) return new DeliveryError(`${said}.`, 'retry')
  if (reason === 'DeviceTokenNotForTopic')
    return new DeliveryError(`${said}: the app on this device is another one.`, 'disable')
  // What concerns the key or the topic holds for every message; the rest is about this one.
  const ours = status === 403 || status === 401 || /Topic|Provider|Certificate/.test(reason)
  return new DeliveryError(`${said}.`, ours ? 'disable' : 'give-up')
}

/** With connections and tokens of its own. */
export const apnsWith = ({ timeout_ms = 10_000, ca }: { timeout_ms?: number; ca?: string } = {}) => {
  const lines = new Map<string, ApnsLine>()
  const tokens = new Map<string, { token: string; at: number }>()

  function lineTo(host: string): ApnsLine {
    const known = lines.get(host)
    if (known) return known
    const line = apnsLine(host, { timeout_ms, ca })
    if (lines.size < LINES) lines.set(host, line)
    return line
  }
  async function tokenOf(signer: Signer, now: number, fresh: boolean): Promise<string> {
    const name = createHash('sha256').update(JSON.stringify(signer)).digest('hex')
    const known = tokens.get(name)
    if (known && !fresh && now - known.at < RENEW_MS) return known.token
    const token = await signed(signer, now)
    tokens.set(name, { token, at: now })
    return token
  }

  return defineChannel({
    type: 'apns',
    title: 'iPhone or iPad',
    summary: 'Shows a notification on an Apple device that is signed in with the app.',
    docs: 'https://developer.apple.com/documentation/usernotifications',
    hidden: true,
    people: true,

    settings: t.Object({
      token: secret({
        title: 'Device token',
        maxLength: 512,
        description: 'By which Apple knows the device.',
        ...ui({ mono: true }),
      }),
      key: secret({
        title: 'Key',
        maxLength: 8192,
        description: 'The signing key from Apple’s developer pages, PEM.',
        ...ui({ mono: true }),
      }),
      key_id: t.String({ title: 'Key id', maxLength: 64, description: 'Of that key.', ...ui({ mono: true }) }),
      team_id: t.String({ title: 'Team id', maxLength: 64, description: 'Of the developer.', ...ui({ mono: true }) }),
      topic: t.String({ title: 'Topic', maxLength: 256, description: 'Bundle id of the app.', ...ui({ mono: true }) }),
      host: t.Optional(
        t.String({
          title: 'Host',
          default: HOST,
          maxLength: 256,
          description: 'Where messages are sent to.',
          ...ui({ mono: true }),
        }),
      ),
    }),

    label: () => 'An Apple device',

    async send({ settings, notice, net, now }) {
      const { token: device, topic, host = HOST, key, key_id, team_id } = settings
      const ask = async (fresh: boolean) => {
        const at = now()
        const body = bodyOf(notice)
        const headers = {
          authorization: `bearer ${await tokenOf({ key, key_id, team_id }, at, fresh)}`,
          'apns-topic': topic,
          'apns-push-type': 'alert',
          'apns-priority': '10',
          'apns-expiration': String(Math.floor(at / 1_000) + KEPT_S),
          'apns-collapse-id': body.tag,
          'content-type': 'application/json',
        }
        const path = `/3/device/${encodeURIComponent(device)}`
        return lineTo(host).ask({ net, path, headers, body: JSON.stringify(body), now: at })
      }
      let answer = await ask(false)
      // Our clock and Apple's need not agree on when the hour is over.
      if (answer.reason === 'ExpiredProviderToken') answer = await ask(true)
      if (answer.status !== 200) throw refused(answer)
      return { answer: '200', ...(answer.id && { external_id: answer.id.slice(0, 64) }) }
    },
  })
}

export const apns = apnsWith()
