import { afterEach, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { listen, NOW, notice, send } from '#channels/fixtures'
import { webhook } from '#channels/webhook'
import { MASK } from '#kernel/form'

const server = listen()
afterEach(() => {
  server.received.length = 0
})

const got = () => server.received[0]!

test('the body names the event, the delivery, the time of the event and the data', async () => {
  await send(webhook, { url: `${server.url}/hook` })
  expect(got().json).toEqual({
    event: 'incident.created',
    delivery_id: 'dlv_0001',
    timestamp: notice.at,
    data: notice.data,
  })
  expect(Object.fromEntries(got().headers)).toMatchObject({
    'content-type': 'application/json',
    'x-xinex-event': 'incident.created',
    'x-xinex-delivery': 'dlv_0001',
    'x-xinex-timestamp': String(NOW / 1000),
    'webhook-id': 'dlv_0001',
    'webhook-timestamp': String(NOW / 1000),
  })
  expect(got().headers.has('x-xinex-signature-256')).toBe(false)
})

const base64 = Buffer.from('a key of twenty-four bytes').toString('base64')

test.each([
  ['whsec_ and base64', `whsec_${base64}`, new Webhook(`whsec_${base64}`)],
  ['plain text', 'correct horse battery', new Webhook('correct horse battery', { format: 'raw' })],
])('a secret as %s signs so that the Standard Webhooks library accepts it', async (_, signing_secret, receiver) => {
  // The library refuses old timestamps by the real clock.
  await send(webhook, { url: server.url, signing_secret }, { now: Date.now() })
  const headers = Object.fromEntries(got().headers)
  expect(receiver.verify(got().body, headers)).toEqual(got().json)
  expect(() => receiver.verify(`${got().body} `, headers)).toThrow()
  const plain = createHmac('sha256', signing_secret).update(got().body).digest('hex')
  expect(headers['x-xinex-signature-256']).toBe(`sha256=${plain}`)
})

test('own headers and the authorization go along', async () => {
  await send(webhook, { url: server.url, authorization: 'Bearer abc', headers: { 'X-Team': 'ops' } })
  expect([got().headers.get('authorization'), got().headers.get('x-team')]).toEqual(['Bearer abc', 'ops'])
})

test('the log shows what the receiver answered, unless it repeats a key', async () => {
  const echo = listen((request) => new Response(`thanks, ${request.headers.get('authorization') ?? 'stranger'}`))
  expect(await send(webhook, { url: echo.url })).toEqual({ answer: '200 thanks, stranger' })
  expect(await send(webhook, { url: echo.url, authorization: 'Bearer k3y-123' })).toEqual({ answer: '200' })
  echo.close()
})

test.each([
  ['settings.url', { url: 'ftp://example.com' }],
  ['settings.signing_secret', { signing_secret: 'whsec_not base64!' }],
  ['settings.authorization', { authorization: 'a\r\nX-Evil: b' }],
  ['settings.headers', { headers: { 'X-A': 'b\r\nX-Evil: c' } }],
  ['settings.headers', { headers: { 'Bad Name': 'x' } }],
  ['settings.headers', { headers: { Host: 'x' } }],
  ['settings.headers', { headers: { 'X-Xinex-Signature-256': 'x' } }],
])('%s is refused when it is %o', (field, wrong) => {
  const good = { url: 'https://example.com', signing_secret: MASK, authorization: MASK, headers: { 'X-A': 'b' } }
  expect(webhook.check?.(good)).toEqual({})
  expect(Object.keys(webhook.check?.({ ...good, ...wrong }) ?? {})).toEqual([field])
})
