import { afterEach, expect, test } from 'bun:test'
import { decodeJwt, importJWK, jwtVerify } from 'jose'
import { NOW, notice, refusalOf, send } from '#channels/fixtures'
import { browserKeys, type Heard, heedful, readBy, serverKeys } from '#channels/push.fixtures'
import type { PushPayload } from '#channels/push-text'
import { webPush } from '#channels/web-push'

const open: { close: () => unknown }[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})
const SECRET = 'planted-endpoint-s3cret'
const ours = serverKeys()

function browser(reply?: (heard: Heard) => Response | Promise<Response>) {
  const service = heedful(reply)
  open.push(service)
  const pair = browserKeys()
  const settings = {
    endpoint: `${service.url}/send/${SECRET}`,
    ...pair.keys,
    ...ours,
    contact: 'mailto:ops@example.test',
  }
  const shown = (): PushPayload[] => service.got.map(({ body }) => JSON.parse(readBy(pair, body)))
  const tell = (told = notice, timeout_ms = 2_000) => send(webPush, settings, { notice: told, timeout_ms })
  return { ...service, settings, shown, tell }
}
const actions = [{ kind: 'acknowledge' as const, label: 'Acknowledge', url: 'https://x.example.com/a/1', token: '1' }]

test('the browser can read it, and knows what to show, to open and to offer', async () => {
  const { tell, shown } = browser()
  expect(await tell({ ...notice, subject: 'inc_1', actions })).toEqual({ answer: '201' })
  expect(shown()).toEqual([
    {
      ...{ title: 'API is down', body: notice.body, url: notice.url, tag: 'inc_1' },
      ...{ event: 'incident.created', kind: 'down', severity: 'critical', urgent: true },
      ...{ at: notice.at, delivery_id: 'dlv_0001' },
      actions: [{ action: 'acknowledge', title: 'Acknowledge', url: 'https://x.example.com/a/1' }],
    },
  ])
})

test('the push service sees who sends, how urgent it is and for how long it matters, and nothing of what it says', async () => {
  const { tell, got, url } = browser()
  await tell({ ...notice, subject: 'inc_1' })
  await tell({ ...notice, subject: 'inc_1', urgent: false, kind: 'up' })
  await tell({ ...notice, subject: 'inc_2' })
  const [first, second, other] = got as [Heard, Heard, Heard]
  expect(Object.fromEntries(first.headers)).toMatchObject({
    ...{ ttl: '86400', urgency: 'high', 'content-encoding': 'aes128gcm', 'content-type': 'application/octet-stream' },
    'content-length': String(first.body.length),
  })
  expect(second.headers.get('urgency')).toBe('normal')
  const topics = [first, second, other].map(({ headers }) => headers.get('topic') ?? '')
  expect(topics[0]).toMatch(/^[\w-]{32}$/)
  expect([topics[1] === topics[0], topics[2] === topics[0]]).toEqual([true, false])
  expect(Buffer.from(first.body).includes('API')).toBe(false)
  const [, token = '', key = ''] = /^vapid t=(.+), k=(.+)$/.exec(first.headers.get('authorization') ?? '') ?? []
  const point = Buffer.from(key, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
  await jwtVerify(token, await importJWK({ kty: 'EC', crv: 'P-256', x, y }, 'ES256'), { currentDate: new Date(NOW) })
  expect(decodeJwt(token)).toMatchObject({ aud: url, sub: 'mailto:ops@example.test' })
})

test('words without end are cut so that every push service takes the message', async () => {
  const { tell, shown, got } = browser()
  for (const words of ['é', '"\\', '🔥', 'x\u0001', '\ud83d'])
    await tell({ ...notice, title: words.repeat(5_000), body: `${words}\n`.repeat(50_000), actions })
  await tell({ ...notice, url: `https://x.example.com/${'u'.repeat(5_000)}` })
  for (const { body } of got) expect(body.length).toBeLessThanOrEqual(4096)
  for (const { title, body, actions } of shown().slice(0, 5)) {
    expect([title.at(-1), body.at(-1)]).toEqual(['…', '…'])
    expect(actions).toHaveLength(1)
  }
  expect(shown()[5]!.url).toBe('')
})

test('many buttons with long addresses give way to the text’s first words', async () => {
  const { tell, shown } = browser()
  const many = Array.from({ length: 8 }, () => ({ ...actions[0]!, url: `https://x.example.com/${'u'.repeat(900)}` }))
  await tell({ ...notice, actions: many })
  expect(shown()[0]!.actions.length).toBeGreaterThan(1)
  expect(shown()[0]!.title).toBe('API is down')
})

test.each([
  [404, 'disable', true],
  [410, 'disable', true],
  [401, 'disable', false],
  [403, 'disable', false],
  [400, 'give-up', false],
  [413, 'give-up', false],
  [302, 'give-up', false],
  [500, 'retry', false],
  [503, 'retry', false],
] as const)('a push service that answers %d means %s', async (status, outcome, gone) => {
  const { tell } = browser(() => new Response(SECRET, { status, headers: { location: 'http://127.0.0.1:1/' } }))
  const error = await refusalOf(tell())
  expect([error.outcome, error.gone]).toEqual([outcome, gone])
  expect(error.message).toContain('hook.example.test')
  expect(error.message).not.toContain(SECRET)
})

test('a push service that is busy is tried again when it says so', async () => {
  const { tell } = browser(() => new Response('', { status: 429, headers: { 'retry-after': '30' } }))
  const error = await refusalOf(tell())
  expect([error.outcome, error.retry_after_s]).toEqual(['retry', 30])
})

test('a push service that is silent, or not there, is tried again', async () => {
  const silent = browser(() => new Promise<Response>(() => {}))
  expect((await refusalOf(silent.tell(notice, 60))).outcome).toBe('retry')
  const off = browser()
  off.close()
  expect((await refusalOf(off.tell())).outcome).toBe('retry')
})

test('a browser whose keys are none is forgotten', async () => {
  const { settings, got } = browser()
  const error = await refusalOf(send(webPush, { ...settings, p256dh: 'AAAA' }))
  expect([error.outcome, error.gone, got.length]).toEqual(['disable', true, 0])
})
