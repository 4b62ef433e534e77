import { afterEach, expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { createLocalJWKSet, type JWK, jwtVerify } from 'jose'
import { fcmWith } from '#channels/fcm'
import { NOW, notice, refusalOf, send } from '#channels/fixtures'
import { type Heard, heedful } from '#channels/push.fixtures'

const open: { close: () => unknown }[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const private_key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
// Safe: an exported RSA key is a JWK.
const keys = createLocalJWKSet({ keys: [{ ...(pair.publicKey.export({ format: 'jwk' }) as JWK), alg: 'RS256' }] })
const EMAIL = 'push@acme.iam.gserviceaccount.com'
const DEVICE = 'planted-device-token:APA91b'

const textOf = ({ body }: Heard) => Buffer.from(body).toString()
const refused = (status: number, code: string, more: object[] = []) =>
  Response.json(
    {
      error: {
        ...{ code: status, message: `${DEVICE} is not fine`, status: 'X' },
        details: [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: code }, ...more],
      },
    },
    { status },
  )

/** Google on this machine: gives tokens for assertions it can verify, and takes messages with such a token. */
function google({ now = () => NOW, reply = (_: Heard): Response | undefined => undefined, lives_s = 3_600 } = {}) {
  const granted: string[] = []
  const messages: Heard[] = []
  const revoked = new Set<string>()
  async function token(heard: Heard): Promise<Response> {
    const form = new URLSearchParams(textOf(heard))
    const fine =
      heard.headers.get('content-type') === 'application/x-www-form-urlencoded' &&
      form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer'
    try {
      const { payload } = await jwtVerify(form.get('assertion') ?? '', keys, {
        ...{ algorithms: ['RS256'], issuer: EMAIL, audience: `${service.url}/token`, currentDate: new Date(now()) },
      })
      const lasts_s = Number(payload.exp) - Number(payload.iat)
      if (!fine || payload.scope !== 'https://www.googleapis.com/auth/firebase.messaging' || lasts_s > 3_600)
        throw new Error('no')
    } catch {
      return Response.json({ error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }, { status: 400 })
    }
    granted.push(`ya29.planted-access-${granted.length}`)
    return Response.json({ access_token: granted.at(-1), expires_in: lives_s, token_type: 'Bearer' })
  }
  const service = heedful(async (heard) => {
    if (heard.path === '/token') return token(heard)
    if (heard.path !== '/v1/projects/acme/messages:send') return new Response('', { status: 404 })
    const bearer = heard.headers.get('authorization')?.replace('Bearer ', '') ?? ''
    if (!granted.includes(bearer) || revoked.has(bearer)) return refused(401, 'UNSPECIFIED_ERROR')
    messages.push(heard)
    return reply(heard) ?? Response.json({ name: 'projects/acme/messages/0:1' })
  })
  open.push(service)
  const settings = {
    ...{ token: DEVICE, project_id: 'acme', client_email: EMAIL, private_key },
    ...{ token_uri: `${service.url}/token`, server: service.url },
  }
  return { settings, granted, messages, revoked, close: service.close }
}

test('a message arrives as Firebase wants it: texts alone in its data, and what the app needs to act', async () => {
  const { settings, messages } = google()
  const actions = [{ kind: 'acknowledge' as const, label: 'Acknowledge', url: 'https://x.example.com/a/1', token: '1' }]
  const sent = await send(fcmWith(), settings, { notice: { ...notice, subject: 'inc_1', actions } })
  expect(sent).toEqual({ answer: '200', external_id: 'projects/acme/messages/0:1' })
  const { message } = JSON.parse(textOf(messages[0]!))
  expect(message).toEqual({
    token: DEVICE,
    notification: { title: 'API is down', body: notice.body },
    data: {
      ...{
        url: notice.url,
        tag: 'inc_1',
        event: 'incident.created',
        kind: 'down',
        severity: 'critical',
        urgent: 'true',
      },
      ...{ at: notice.at, delivery_id: 'dlv_0001' },
      actions: JSON.stringify([{ action: 'acknowledge', title: 'Acknowledge', url: 'https://x.example.com/a/1' }]),
    },
    android: { priority: 'HIGH', ttl: '86400s', notification: { channel_id: 'urgent', tag: 'inc_1' } },
  })
})

test('words without end are cut to 4096 bytes', async () => {
  const { settings, messages } = google()
  const channel = fcmWith()
  for (const words of ['é', '"\\', '🔥', 'x\u0001'])
    await send(channel, settings, { notice: { ...notice, title: words.repeat(5_000), body: words.repeat(50_000) } })
  expect(messages).toHaveLength(4)
  for (const heard of messages) {
    const { notification, data } = JSON.parse(textOf(heard)).message
    expect(Buffer.byteLength(JSON.stringify({ notification, data }))).toBeLessThanOrEqual(4096)
    expect(notification.body).toEndWith('…')
  }
})

test('one access token serves until shortly before it ends', async () => {
  const at = { now: NOW }
  const { settings, granted } = google({ now: () => at.now })
  const channel = fcmWith()
  const tell = () => send(channel, settings, { now: at.now })
  await tell()
  at.now += 3_539_000
  await tell()
  expect(granted).toHaveLength(1)
  at.now += 2_000
  await tell()
  expect(granted).toHaveLength(2)
})

test('a token that Google no longer takes is replaced at once', async () => {
  const { settings, granted, revoked, messages } = google()
  const channel = fcmWith()
  await send(channel, settings)
  revoked.add(granted[0]!)
  await send(channel, settings)
  expect([granted.length, messages.length]).toEqual([2, 2])
})

const violation = (field: string) => ({
  '@type': 'type.googleapis.com/google.rpc.BadRequest',
  fieldViolations: [{ field, description: 'Invalid' }],
})
test.each([
  ['UNREGISTERED', () => refused(404, 'UNREGISTERED'), 'disable', true],
  ['a token that is none', () => refused(400, 'INVALID_ARGUMENT', [violation('message.token')]), 'disable', true],
  ['another project', () => refused(403, 'SENDER_ID_MISMATCH'), 'disable', false],
  ['another argument', () => refused(400, 'INVALID_ARGUMENT', [violation('message.data')]), 'give-up', false],
  ['no permission', () => refused(403, 'X'), 'disable', false],
  ['an unknown project', () => new Response('<html>', { status: 404 }), 'disable', false],
  ['QUOTA_EXCEEDED', () => refused(429, 'QUOTA_EXCEEDED'), 'retry', false],
  ['UNAVAILABLE', () => refused(503, 'UNAVAILABLE'), 'retry', false],
  ['nonsense', () => Response.json({ error: { details: 'x' } }, { status: 400 }), 'give-up', false],
  ['a redirect', () => new Response('', { status: 302, headers: { location: '/x' } }), 'give-up', false],
] as const)('Firebase answering with %s means what it says', async (_, reply, outcome, gone) => {
  const { settings } = google({ reply })
  const error = await refusalOf(send(fcmWith(), settings))
  expect([error.outcome, error.gone]).toEqual([outcome, gone])
  expect(error.message).not.toMatch(/planted/)
})

test('a service account that Google does not know has to be mended, and the device stays', async () => {
  const { settings } = google()
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' })
  for (const key of [other.toString(), 'nonsense']) {
    const error = await refusalOf(send(fcmWith(), { ...settings, private_key: key }))
    expect([error.outcome, error.gone]).toEqual(['disable', false])
    expect(error.message).toContain('service account')
  }
})

test('Google that is not there is tried again', async () => {
  const { settings, close } = google()
  close()
  expect((await refusalOf(send(fcmWith(), settings))).outcome).toBe('retry')
})
