import { createHash } from 'node:crypto'
import { Type as t } from '@sinclair/typebox'
import { importPKCS8, SignJWT } from 'jose'
import { type Answer, DeliveryError, defineChannel, type Notice, type Post } from '#channels/define'
import { fieldOf, refusal } from '#channels/post'
import { payloadOf } from '#channels/push-text'
import { secret, ui } from '#kernel/form'

const SERVER = 'https://fcm.googleapis.com'
const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging'
// https://firebase.google.com/docs/cloud-messaging/customize-messages/set-message-type: 4096 bytes; the names around it cost some.
const PAYLOAD = 3_400
const TTL = '86400s'
/** A token is not used in its last minute. */
const SPARE_MS = 60_000

type Account = { client_email: string; private_key: string; token_uri: string }

/** https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests */
async function assertion({ client_email, private_key, token_uri }: Account, now: number): Promise<string> {
  const seconds = Math.floor(now / 1_000)
  try {
    return await new SignJWT({ scope: SCOPE })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
      .setIssuer(client_email)
      .setAudience(token_uri)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 3_600)
      .sign(await importPKCS8(private_key, 'RS256'))
  } catch {
    throw new DeliveryError('The private key of the Firebase service account is not valid.', 'disable')
  }
}

async function newToken(post: Post, account: Account, now: number) {
  const signed = await assertion(account, now)
  const answer = await post(account.token_uri, {
    form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: signed },
    expect: [400, 401, 403],
    secrets: [signed],
  })
  const token = fieldOf(answer.json(), 'access_token')
  const expires_s = Number(fieldOf(answer.json(), 'expires_in'))
  if (answer.status >= 300)
    throw new DeliveryError(`Google refused the Firebase service account (${answer.status}).`, 'disable')
  if (typeof token !== 'string' || !(expires_s > 0))
    throw new DeliveryError('Google answered without an access token.', 'retry')
  return { token, until: now + expires_s * 1_000 - SPARE_MS }
}

/** https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages */
function messageOf(token: string, notice: Notice) {
  const { title, body, actions, urgent, tag, ...rest } = payloadOf(notice, PAYLOAD)
  return {
    message: {
      token,
      notification: { title, body },
      // Values are texts here, whatever they are elsewhere.
      data: { ...rest, tag, urgent: String(urgent), actions: JSON.stringify(actions) },
      android: {
        priority: urgent ? 'HIGH' : 'NORMAL',
        ttl: TTL,
        notification: { channel_id: urgent ? 'urgent' : 'incidents', tag },
      },
    },
  }
}

/** https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode */
function refused(url: string, answer: Answer): DeliveryError {
  const details = fieldOf(answer.json(), 'error', 'details')
  const all: unknown[] = Array.isArray(details) ? details : []
  const code = all.map((one) => fieldOf(one, 'errorCode')).find((one) => typeof one === 'string')
  const about = all.map((one) => fieldOf(one, 'fieldViolations', '0', 'field'))
  const { status } = answer
  if (code === 'UNREGISTERED' || (code === 'INVALID_ARGUMENT' && about.includes('message.token')))
    return new DeliveryError('Firebase no longer knows this device.', 'disable', undefined, true)
  if (code === 'SENDER_ID_MISMATCH')
    return new DeliveryError('The app on this device belongs to another Firebase project.', 'disable')
  if (status === 400) return new DeliveryError('Firebase does not accept the message (400).', 'give-up')
  if (status === 429 || status >= 500) return refusal(url, answer)
  return new DeliveryError(`Firebase refused the service account (${status}).`, 'disable')
}

/** With access tokens of its own; they are used again until shortly before they end. */
export const fcmWith = () => {
  const known = new Map<string, { token: string; until: number }>()
  return defineChannel({
    type: 'fcm',
    title: 'Android device',
    summary: 'Shows a notification on an Android device that is signed in with the app.',
    docs: 'https://firebase.google.com/docs/cloud-messaging/send/v1-api',
    hidden: true,
    people: true,

    settings: t.Object({
      token: secret({
        title: 'Device token',
        maxLength: 4096,
        description: 'By which Firebase knows the device.',
        ...ui({ mono: true }),
      }),
      project_id: t.String({
        title: 'Project',
        maxLength: 256,
        description: 'Of Firebase.',
        ...ui({ mono: true }),
      }),
      client_email: t.String({
        title: 'Account',
        maxLength: 256,
        description: 'The service account that sends.',
        ...ui({ mono: true }),
      }),
      private_key: secret({
        title: 'Private key',
        maxLength: 8192,
        description: 'Of the service account.',
        ...ui({ mono: true }),
      }),
      token_uri: t.String({
        title: 'Token address',
        maxLength: 2048,
        description: 'Where the service account gets its access tokens.',
        ...ui({ mono: true }),
      }),
      server: t.Optional(
        t.String({
          title: 'Server',
          default: SERVER,
          maxLength: 2048,
          description: 'Where messages are sent to.',
          ...ui({ mono: true }),
        }),
      ),
    }),

    label: () => 'An Android device',

    async send({ settings, notice, post, now }) {
      const { token, project_id, server = SERVER, ...account } = settings
      const url = `${server}/v1/projects/${encodeURIComponent(project_id)}/messages:send`
      // Of the key as well: with another one, a token of the old is not to be used.
      const name = createHash('sha256').update(JSON.stringify(account)).digest('hex')
      const ask = async (fresh: boolean) => {
        let access = known.get(name)
        if (fresh || !access || access.until <= now()) {
          access = await newToken(post, account, now())
          known.set(name, access)
        }
        const headers = { authorization: `Bearer ${access.token}` }
        const json = messageOf(token, notice)
        return post(url, { json, headers, expect: [400, 401, 403, 404], secrets: [token] })
      }
      const held = known.has(name)
      let answer = await ask(false)
      if (answer.status === 401 && held) answer = await ask(true)
      if (answer.status >= 300) throw refused(url, answer)
      const id = fieldOf(answer.json(), 'name')
      return { answer: String(answer.status), ...(typeof id === 'string' && { external_id: id.slice(0, 200) }) }
    },
  })
}

export const fcm = fcmWith()
