import { afterAll, beforeEach, expect, test } from 'bun:test'
import { listen, notice, refusalOf, send } from '#channels/fixtures'
import { gotify } from '#channels/gotify'
import { ntfy } from '#channels/ntfy'
import { pushover } from '#channels/pushover'

let reply: () => Response
const server = listen(() => reply())
beforeEach(() => {
  server.received.length = 0
  reply = () => Response.json({ id: 25, appid: 5, status: 1, request: 'req-1' })
})
afterAll(server.close)

const got = () => server.received[0]!
const box = { server: `${server.url}/`, token: 'A-secret-token' }
const keys = { server: server.url, token: 'app-token-30-characters', user: 'uQiRzpo4DXghDmr9QzzfQu27cmVRsG' }

test('Gotify gets Markdown, a link behind the notification, and the token in its own header', async () => {
  expect(await send(gotify, box)).toEqual({ answer: '200', external_id: '25' })
  expect([got().path, got().headers.get('x-gotify-key')]).toEqual(['/message', 'A-secret-token'])
  expect(got().json).toEqual({
    title: 'API is down',
    message: `HTTP 503 from https://api.example.com/health_check  \nsince 12\\:00\n\n[Open in Xinex](${notice.url})`,
    priority: 10,
    extras: {
      'client::display': { contentType: 'text/markdown' },
      'client::notification': { click: { url: notice.url } },
    },
  })
})

test.each([
  ['auto', { urgent: false, severity: 'high' }, 8],
  ['auto', { urgent: false, severity: 'medium' }, 5],
  ['auto', { urgent: false, severity: 'low' }, 3],
  ['auto', { urgent: true, kind: 'up' }, 5],
  ['min', { urgent: true }, 0],
] as const)('Gotify priority %s for %o is %i', async (priority, change, level) => {
  await send(gotify, { ...box, priority }, { notice: { ...notice, ...change } })
  expect(got().json).toMatchObject({ priority: level })
})

test('Gotify’s explanation is told rather than the name of the status', async () => {
  const errorDescription = 'you need to provide a valid access token or user credentials to access this api'
  reply = () => Response.json({ error: 'Unauthorized', errorCode: 401, errorDescription }, { status: 401 })
  const error = await refusalOf(send(gotify, box))
  expect([error.outcome, error.message]).toEqual([
    'disable',
    `hook.example.test:${server.port} answered 401: ${errorDescription}`,
  ])
})

test('Pushover gets the message, the time of the event and a link', async () => {
  expect(await send(pushover, { ...keys, device: 'phone', sound: 'siren' })).toEqual({
    answer: '200',
    external_id: 'req-1',
  })
  expect(got().path).toBe('/1/messages.json')
  expect(got().json).toEqual({
    token: keys.token,
    user: keys.user,
    priority: 1,
    title: 'API is down',
    message: notice.body,
    device: 'phone',
    sound: 'siren',
    url: notice.url,
    url_title: 'Open in Xinex',
    timestamp: Date.parse(notice.at) / 1000,
  })
})

test.each([
  ['auto', { urgent: true }, { priority: 1 }],
  ['auto', { urgent: false, severity: 'medium' }, { priority: 0 }],
  ['auto', { urgent: false, severity: 'low' }, { priority: -1 }],
  ['emergency', {}, { priority: 2, retry: 60, expire: 3600 }],
  ['emergency', { kind: 'up' }, { priority: 0 }],
  ['lowest', { kind: 'up' }, { priority: -2 }],
] as const)('Pushover priority %s for %o becomes %o', async (priority, change, sent) => {
  await send(pushover, { ...keys, priority }, { notice: { ...notice, ...change } })
  expect(got().json).toMatchObject(sent)
  expect(got().body.includes('"retry"')).toBe('retry' in sent)
})

test.each([
  ['token', 'application token'],
  ['user', 'user key'],
])('a wrong %s at Pushover, which answers 400, is for a person to mend', async (name, words) => {
  reply = () => Response.json({ [name]: 'invalid', errors: [`${words} is invalid`], status: 0 }, { status: 400 })
  const error = await refusalOf(send(pushover, keys))
  expect([error.outcome, error.message]).toEqual([
    'disable',
    `hook.example.test:${server.port} does not know this ${words}.`,
  ])
})

test('another refusal of Pushover is told in its words', async () => {
  reply = () => Response.json({ errors: ['message cannot be blank'], status: 0 }, { status: 400 })
  const error = await refusalOf(send(pushover, keys))
  expect([error.outcome, error.message]).toEqual([
    'give-up',
    `hook.example.test:${server.port} answered 400: message cannot be blank`,
  ])
})

test('everything around an ntfy message stays within what its server reads', async () => {
  const quotes = { ...notice, title: '"'.repeat(9_000), body: '"\\'.repeat(9_000) }
  await send(ntfy, { server: server.url, topic: 'ops' }, { notice: quotes })
  const { message } = got().json as { message: string }
  expect(Buffer.byteLength(got().body)).toBeLessThanOrEqual(8192)
  expect(Buffer.byteLength(message)).toBeGreaterThan(3_500)
})
