import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { verifyKey } from 'discord-interactions'
import { telegramSecret } from '#engine/callbacks'
import { createLinks } from '#kernel/signed-links'
import { type Ask, type Booted, boot } from '../../../test/boot'
import { isSigned as isDiscords } from './discord'
import { isSigned as isSlacks } from './slack'

let t: Booted
let incident_id = ''
/** What the provider was told: the message that is updated, the bot's methods. */
const told: { path: string; json: unknown }[] = []
let answerWith = 200
const provider = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    told.push({ path: new URL(request.url).pathname, json: await request.json() })
    return Response.json({ ok: true }, { status: answerWith })
  },
})
afterAll(() => provider.stop(true))
const server = `http://127.0.0.1:${provider.port}`

beforeEach(async () => {
  t = await boot()
  incident_id = (await t.alice('POST', '/incidents', { title: 'Checkout <fails> & more' })).body.id
  answerWith = 200
})
afterEach(() => t.stop())

const make = async (type: string, settings: object, ask: Ask = t.alice): Promise<string> => {
  const { body } = await ask('POST', '/notification-channels', { name: '#ops', type, settings })
  told.length = 0
  return body.id
}
const tokenFor = (
  id: string,
  action: 'acknowledge' | 'resolve' = 'acknowledge',
  type: 'user' | 'channel' = 'channel',
) =>
  createLinks(t.app).sign({
    ...{ action, incident_id, by: { type, id } },
    expires_at: new Date(t.clock.now() + 86_400_000).toISOString(),
  })
async function call(path: string, body: string, headers: Record<string, string>) {
  const request = new Request(`http://localhost/api/v1/interactions/${path}`, { method: 'POST', body, headers })
  const response = await t.appliance.handle(request)
  const text = await response.text()
  return { status: response.status, body: text ? JSON.parse(text) : undefined }
}
const state = async () => {
  const { body } = await t.alice('GET', `/incidents/${incident_id}`)
  return [body.status, body.acknowledged_by ?? body.resolved_by]
}
const seconds = (late_s = 0) => String(Math.floor(t.clock.now() / 1_000) - late_s)

describe('Slack', () => {
  const secret = '8f742231b10e8888abcd99yyyzzz85a5'

  test('a signature is what Slack’s own example says', () => {
    // https://docs.slack.dev/authentication/verifying-requests-from-slack
    const body = Buffer.from(
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    )
    const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503'
    expect(isSlacks(secret, { body, timestamp: '1531420618', signature })).toBe(true)
    expect(isSlacks(secret, { body, timestamp: '1531420619', signature })).toBe(false)
    expect(isSlacks('other', { body, timestamp: '1531420618', signature })).toBe(false)
    expect(isSlacks(secret, { body, timestamp: '1531420618', signature: '' })).toBe(false)
  })

  const signed = (body: string, timestamp: string, key = secret) => ({
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${createHmac('sha256', key).update(`v0:${timestamp}:${body}`).digest('hex')}`,
  })
  const button = (action: string, value: string) => ({ type: 'button', action_id: `xinex:${action}`, value })
  const open = { type: 'button', url: 'https://xinex.example.com/incidents/1' }
  const payload = (token: string, more: object = {}) => {
    const elements = [button('acknowledge', token), button('resolve', 'other'), open]
    return new URLSearchParams({
      payload: JSON.stringify({
        type: 'block_actions',
        user: { id: 'U1', username: 'ana', name: 'ana' },
        actions: [{ action_id: 'xinex:acknowledge', value: token }],
        response_url: `${server}/actions/T1/1/x`,
        message: { text: 'x', blocks: [{ type: 'header' }, { type: 'actions', block_id: 'b', elements }] },
        ...more,
      }),
    }).toString()
  }
  const settings = { webhook_url: `${server}/hook`, signing_secret: secret }

  test('a button acknowledges in the name of who pressed it, and the message says so', async () => {
    const id = await make('slack', settings)
    const body = payload(tokenFor(id))
    expect(await call(`slack/${id}`, body, signed(body, seconds()))).toEqual({ status: 200, body: {} })
    expect(await state()).toEqual(['acknowledged', 'ana, by Slack #ops'])
    const text = 'Acknowledged by ana, by Slack #ops: Checkout &lt;fails&gt; &amp; more'
    expect(told).toEqual([
      {
        path: '/actions/T1/1/x',
        json: {
          replace_original: true,
          text,
          blocks: [
            { type: 'header' },
            { type: 'actions', block_id: 'b', elements: [button('resolve', 'other'), open] },
            { type: 'context', elements: [{ type: 'mrkdwn', text }] },
          ],
        },
      },
    ])
  })

  test('once it is resolved no button that acts is left', async () => {
    const id = await make('slack', settings)
    const body = payload(tokenFor(id, 'resolve'))
    await call(`slack/${id}`, body, signed(body, seconds()))
    expect(await state()).toEqual(['resolved', 'ana, by Slack #ops'])
    expect(told[0]?.json).toMatchObject({ blocks: [{ type: 'header' }, { type: 'actions', elements: [open] }, {}] })
  })

  test('a call that is not signed, signed with another key, changed or old does nothing', async () => {
    const id = await make('slack', settings)
    const body = payload(tokenFor(id))
    const wrong: [string, Record<string, string>][] = [
      [body, { 'content-type': 'application/x-www-form-urlencoded' }],
      [body, signed(body, seconds(), 'another')],
      [body, signed(body, seconds(301))],
      [body, signed(body, seconds(-301))],
      [body, signed(body, 'soon')],
      [`${body}&x=1`, signed(body, seconds())],
      [body, { ...signed(body, seconds()), 'x-slack-request-timestamp': seconds(1) }],
    ]
    for (const [sent, headers] of wrong) expect((await call(`slack/${id}`, sent, headers)).status).toBe(401)
    expect([await state(), told]).toEqual([['open', null], []])
    expect((await call(`slack/${id}`, body, signed(body, seconds(299)))).status).toBe(200)
  })

  test('a channel that takes no calls, or is none, is 401 or 404', async () => {
    const plain = await make('slack', { webhook_url: server })
    const body = payload(tokenFor(plain))
    expect((await call(`slack/${plain}`, body, signed(body, seconds(), ''))).status).toBe(401)
    expect((await call(`telegram/${plain}`, '{}', {})).status).toBe(404)
    expect((await call('slack/nope', body, signed(body, seconds()))).status).toBe(404)
    expect((await t.nobody('GET', `/interactions/slack/${plain}`)).status).toBe(405)
  })

  test('a workspace cannot act on the incident of another by its own Slack', async () => {
    const ours = await make('slack', settings)
    const theirs = await make('slack', settings, t.mallory)
    const body = payload(tokenFor(ours))
    expect((await call(`slack/${theirs}`, body, signed(body, seconds()))).status).toBe(200)
    expect(await state()).toEqual(['open', null])
    expect(told[0]?.json).toEqual({
      ...{ response_type: 'ephemeral', replace_original: false },
      text: 'This button does not work any more.',
    })
  })

  test('a message that cannot be updated does not undo what was done, and odd payloads do nothing', async () => {
    const id = await make('slack', settings)
    answerWith = 500
    const body = payload(tokenFor(id))
    expect((await call(`slack/${id}`, body, signed(body, seconds()))).status).toBe(200)
    expect((await state())[0]).toBe('acknowledged')
    for (const odd of [
      '',
      'payload=',
      'payload=%7B',
      'payload=null',
      'payload=%5B%5D',
      payload('x', { actions: null }),
    ])
      expect((await call(`slack/${id}`, odd, signed(odd, seconds()))).status).toBe(200)
  })
})

describe('Telegram', () => {
  const settings = { bot_token: '1:AbC', chat_id: '-100', interactive: true, server }
  const query = (data: string) => {
    const keyboard = [
      [{ text: 'Acknowledge', callback_data: data }],
      [
        { text: 'Resolve', callback_data: 'other' },
        { text: 'Open', url: 'https://xinex.example.com' },
      ],
    ]
    return JSON.stringify({
      update_id: 1,
      callback_query: {
        ...{ id: 'q1', from: { id: 5, is_bot: false, first_name: 'Ana', username: 'ana_b' }, data },
        message: { message_id: 7, chat: { id: -100 }, reply_markup: { inline_keyboard: keyboard } },
      },
    })
  }
  const headers = (id: string) => ({
    'content-type': 'application/json',
    'x-telegram-bot-api-secret-token': telegramSecret(t.app.vault, id),
  })

  test('a button acknowledges, is answered, and goes', async () => {
    const id = await make('telegram', settings)
    expect((await call(`telegram/${id}`, query(tokenFor(id)), headers(id))).status).toBe(200)
    expect(await state()).toEqual(['acknowledged', 'ana_b, by Telegram #ops'])
    expect(told).toEqual([
      {
        path: '/bot1:AbC/answerCallbackQuery',
        json: {
          callback_query_id: 'q1',
          text: 'Acknowledged by ana_b, by Telegram #ops: Checkout <fails> & more',
          show_alert: false,
        },
      },
      {
        path: '/bot1:AbC/editMessageReplyMarkup',
        json: {
          ...{ chat_id: -100, message_id: 7 },
          reply_markup: {
            inline_keyboard: [
              [
                { text: 'Resolve', callback_data: 'other' },
                { text: 'Open', url: 'https://xinex.example.com' },
              ],
            ],
          },
        },
      },
    ])
  })

  test('a person who is paged by the bot of the team answers in their own name', async () => {
    const id = await make('telegram', settings)
    const token = tokenFor(t.people.carol.id, 'acknowledge', 'user')
    await call(`telegram/${id}`, query(token), headers(id))
    expect(await state()).toEqual(['acknowledged', 'carol, by Telegram'])
  })

  test('a button that does not work any more says so, and stays', async () => {
    const id = await make('telegram', settings)
    await call(`telegram/${id}`, query(`${tokenFor(id).slice(0, -2)}AA`), headers(id))
    const text = 'This button does not work any more.'
    const json = { callback_query_id: 'q1', text, show_alert: true }
    expect([await state(), told]).toEqual([['open', null], [{ path: '/bot1:AbC/answerCallbackQuery', json }]])
  })

  test('without the secret that only this channel has nothing happens', async () => {
    const id = await make('telegram', settings)
    const other = await make('telegram', settings)
    const quiet = await make('telegram', { ...settings, interactive: false })
    const wrong = { ...headers(id), 'x-telegram-bot-api-secret-token': 'x' }
    for (const given of [{}, wrong, headers(other)])
      expect((await call(`telegram/${id}`, query(tokenFor(id)), given)).status).toBe(401)
    expect((await call(`telegram/${quiet}`, query(tokenFor(quiet)), headers(quiet))).status).toBe(401)
    expect([await state(), told]).toEqual([['open', null], []])
    for (const odd of ['', 'x', 'null', '[]', '{"message":{}}', '{"callback_query":{"id":1}}'])
      expect((await call(`telegram/${id}`, odd, headers(id))).status).toBe(200)
  })
})

describe('Discord', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const public_key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex')
  const settings = { webhook_url: server, public_key }
  const headers = (body: string, timestamp = seconds()) => ({
    'content-type': 'application/json',
    'x-signature-timestamp': timestamp,
    'x-signature-ed25519': sign(null, Buffer.from(timestamp + body), privateKey).toString('hex'),
  })
  const press = (token: string) => {
    const button = (custom_id: string) => ({ type: 2, style: 1, label: 'x', custom_id })
    const components = [
      {
        type: 1,
        components: [button(`xinex:acknowledge:${token}`), { type: 2, style: 5, label: 'Open', url: 'https://x' }],
      },
      { type: 1, components: [button('xinex:resolve:other')] },
    ]
    const data = { component_type: 2, custom_id: `xinex:acknowledge:${token}` }
    return JSON.stringify({
      type: 3,
      data,
      member: { user: { username: 'ana', global_name: 'Ana *B*' } },
      message: { components },
    })
  }

  test('a signature is judged as Discord’s own library judges it', async () => {
    const body = Buffer.from('{"type":1}')
    const timestamp = '1700000000'
    const signature = sign(null, Buffer.concat([Buffer.from(timestamp), body]), privateKey).toString('hex')
    const tries: [string, string, string][] = [
      [signature, timestamp, public_key],
      [signature.replace(/^./, (c) => (c === '0' ? '1' : '0')), timestamp, public_key],
      [signature, '1700000001', public_key],
      [signature, timestamp, '0'.repeat(64)],
      [signature.toUpperCase(), timestamp, public_key],
      ['', timestamp, public_key],
    ]
    const judged = []
    for (const [given, at, key] of tries) {
      const theirs = await verifyKey(body, given, at, key).catch(() => false)
      expect([given, isDiscords(key, { body, timestamp: at, signature: given })]).toEqual([given, theirs])
      judged.push(theirs)
    }
    expect(judged).toEqual([true, false, false, false, true, false])
  })

  test('Discord’s PING is answered, and only when it is signed', async () => {
    const id = await make('discord', settings)
    const ping = '{"type":1}'
    expect(await call(`discord/${id}`, ping, headers(ping))).toEqual({ status: 200, body: { type: 1 } })
    // Discord tries a wrong signature before it accepts the address: it must hear 401.
    expect(
      (await call(`discord/${id}`, ping, { ...headers(ping), 'x-signature-ed25519': 'a'.repeat(128) })).status,
    ).toBe(401)
    expect((await call(`discord/${id}`, ping, headers(ping, seconds(400)))).status).toBe(401)
    const plain = await make('discord', { webhook_url: server })
    expect((await call(`discord/${plain}`, ping, headers(ping))).status).toBe(401)
  })

  test('a button acknowledges, and the message says so', async () => {
    const id = await make('discord', settings)
    const body = press(tokenFor(id))
    expect(await call(`discord/${id}`, body, headers(body))).toEqual({
      status: 200,
      body: {
        type: 7,
        data: {
          content: 'Acknowledged by Ana \\*B\\*, by Discord \\#ops\\: Checkout \\<fails\\> & more',
          allowed_mentions: { parse: [] },
          components: [
            { type: 1, components: [{ type: 2, style: 5, label: 'Open', url: 'https://x' }] },
            { type: 1, components: [{ type: 2, style: 1, label: 'x', custom_id: 'xinex:resolve:other' }] },
          ],
        },
      },
    })
    expect(await state()).toEqual(['acknowledged', 'Ana *B*, by Discord #ops'])
  })

  test('what does not work is told to whoever pressed, and to nobody else', async () => {
    const id = await make('discord', settings)
    for (const body of [press('made-up'), '{"type":2}', '{}', 'null']) {
      const { body: answer } = await call(`discord/${id}`, body, headers(body))
      expect([body.slice(0, 10), answer.type, answer.data.flags]).toEqual([body.slice(0, 10), 4, 64])
    }
    expect(await state()).toEqual(['open', null])
  })
})
