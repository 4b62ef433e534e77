import { afterAll, beforeAll, expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt } from 'jose'
import { apnsWith } from '#channels/apns'
import { authority } from '#channels/certificate.fixtures'
import { loopback, NOW, notice, refusalOf, send } from '#channels/fixtures'
import { openNet } from '#kernel/net'
import { type ApnsServer, apnsServer } from '../../test/servers/apns'

let apple: ApnsServer
beforeAll(async () => {
  apple = await apnsServer()
})
afterAll(() => apple.stop())

const TOKEN = 'a0'.repeat(32)
const line = (timeout_ms = 5_000) => apnsWith({ ca: authority, timeout_ms })
type Line = ReturnType<typeof line>
const tell = (channel: Line, token = TOKEN, job: Parameters<typeof send>[2] = {}) =>
  send(channel, { ...apple.settings, token }, job).finally(() => apple.settled())
const actions = [{ kind: 'acknowledge' as const, label: 'Acknowledge', url: 'https://x.example.com/a/1', token: '1' }]

test('a message arrives as Apple wants it, and says what an app needs to act', async () => {
  const sent = await tell(line(), TOKEN, { notice: { ...notice, subject: 'inc_1', actions } })
  expect(sent).toEqual({ answer: '200', external_id: '0F3A' })
  const { device, headers, body, status } = apple.got.at(-1)!
  expect([device, status]).toEqual([TOKEN, 200])
  expect(headers).toMatchObject({ 'apns-collapse-id': 'inc_1', 'apns-expiration': String(NOW / 1_000 + 86_400) })
  expect(body).toMatchObject({
    aps: {
      alert: { title: 'API is down', body: notice.body },
      ...{ sound: 'default', 'thread-id': 'inc_1', 'interruption-level': 'time-sensitive', category: 'incident' },
    },
    ...{ url: notice.url, tag: 'inc_1', severity: 'critical', kind: 'down' },
    actions: [{ action: 'acknowledge', title: 'Acknowledge', url: 'https://x.example.com/a/1' }],
  })
})

test('words without end are cut to what Apple takes', async () => {
  for (const words of ['é', '"\\', '🔥', 'x\u0001']) {
    await tell(line(), TOKEN, {
      notice: { ...notice, title: words.repeat(5_000), body: words.repeat(50_000), actions },
    })
    expect(apple.got.at(-1)!.body.aps.alert.title.length).toBeGreaterThan(30)
  }
})

test('one connection and one token serve many messages, at once and one after the other, until the token is 50 minutes old', async () => {
  const channel = line()
  const before = apple.got.length
  await tell(channel)
  const { connections } = apple.got.at(-1)!
  await Promise.all(Array.from({ length: 50 }, (_, i) => tell(channel, `${TOKEN}${i}`)))
  for (const minutes of [3, 6, 9]) await tell(channel, TOKEN, { now: NOW + minutes * 60_000 })
  const same = apple.got.slice(before)
  expect(same).toHaveLength(54)
  expect(new Set(same.map(({ connections }) => connections))).toEqual(new Set([connections]))
  expect(new Set(same.map(({ token }) => token)).size).toBe(1)
  const issued = async (at: number) => {
    await tell(channel, TOKEN, { now: at })
    return decodeJwt(apple.got.at(-1)!.token.replace('bearer ', '')).iat
  }
  expect(await issued(NOW + 49 * 60_000)).toBe(NOW / 1_000)
  expect(await issued(NOW + 50 * 60_000)).toBe(NOW / 1_000 + 3_000)
})

test('a connection that was silent for long is not trusted', async () => {
  const channel = line()
  await tell(channel)
  const first = apple.got.at(-1)!.connections
  await tell(channel, TOKEN, { now: NOW + 5 * 60_000 })
  expect(apple.got.at(-1)!.connections).toBe(first + 1)
})

test.each([
  ['gone', 'disable', true],
  ['bad', 'disable', true],
  ['other', 'disable', false],
  ['busy', 'retry', false],
  ['broken', 'retry', false],
  ['shutdown', 'retry', false],
  ['echo', 'give-up', false],
])('a device of the kind “%s” means %s', async (device, outcome, gone) => {
  const error = await refusalOf(tell(line(), device))
  expect([error.outcome, error.gone]).toEqual([outcome as typeof error.outcome, gone])
  expect(error.message).toStartWith('Apple answered')
  expect(error.message).not.toMatch(/eyJ|device\/|bearer/)
})

test('a token that Apple finds too old is made anew at once', async () => {
  expect((await tell(line(), 'late')).answer).toBe('200')
  expect(apple.got.slice(-2).map(({ status }) => status)).toEqual([403, 200])
})

test.each([
  [
    'another key',
    {
      key: generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
    },
  ],
  ['another team', { team_id: 'SOMEBODY' }],
  ['another key id', { key_id: 'OTHER' }],
  ['another topic', { topic: 'com.example.other' }],
  ['a key that is none', { key: 'nonsense' }],
])('with %s the channel has to be mended, and the device stays', async (_, wrong) => {
  const error = await refusalOf(send(line(), { ...apple.settings, token: TOKEN, ...wrong }))
  expect([error.outcome, error.gone]).toEqual(['disable', false])
})

test.each(['cut', 'silent'])('after a connection that is %s the next message gets a new one', async (device) => {
  const channel = line(400)
  expect((await tell(channel)).answer).toBe('200')
  const { connections } = apple.got.at(-1)!
  expect((await refusalOf(tell(channel, device))).outcome).toBe('retry')
  expect((await tell(channel)).answer).toBe('200')
  expect(apple.got.at(-1)!.connections).toBe(connections + 1)
})

test('Apple may end a connection politely: the answer counts, and the next message gets a new one', async () => {
  const channel = line()
  expect((await tell(channel, 'goaway')).answer).toBe('200')
  const { connections } = apple.got.at(-1)!
  expect((await tell(channel)).answer).toBe('200')
  expect(apple.got.at(-1)!.connections).toBe(connections + 1)
})

test('whoever cannot prove to be Apple hears nothing', async () => {
  const before = apple.got.length
  const error = await refusalOf(send(apnsWith(), { ...apple.settings, token: TOKEN }))
  expect([error.outcome, error.message]).toEqual(['retry', expect.stringContaining('unknown authority')])
  await apple.settled()
  expect(apple.got.length).toBe(before)
})

test('a host that is not there is tried again; one that is forbidden is not', async () => {
  const nowhere = { ...apple.settings, token: TOKEN, host: 'hook.example.test:1' }
  expect((await refusalOf(send(line(), nowhere, { net: loopback }))).outcome).toBe('retry')
  const net = openNet({ allowPrivate: false, deny: [], allow: [] })
  const inside = { ...apple.settings, token: TOKEN, host: '127.0.0.1:443' }
  expect((await refusalOf(send(line(), inside, { net }))).message).toContain('address policy')
})
