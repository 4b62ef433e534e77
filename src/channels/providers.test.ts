import { afterAll, beforeEach, expect, test } from 'bun:test'
import { discord } from '#channels/discord'
import { listen, notice, refusalOf, send } from '#channels/fixtures'
import { ntfy } from '#channels/ntfy'
import { slack } from '#channels/slack'
import { telegram } from '#channels/telegram'

let reply: () => Response
const server = listen(() => reply())
beforeEach(() => {
  server.received.length = 0
  reply = () => Response.json({ ok: true, id: 'm1', result: { message_id: 7 } })
})
afterAll(server.close)

const got = () => server.received[0]!
const bot = { bot_token: '1:AbC_d-e', chat_id: '-100', silent: false, server: `${server.url}/` }
const topic = { server: server.url, topic: 'ops', priority: 'auto' as const }

test('Slack gets a headline, the text, the time in the reader’s zone and a button', async () => {
  reply = () => new Response('ok')
  expect(await send(slack, { webhook_url: `${server.url}/services/T/B/X` })).toEqual({ answer: '200' })
  expect(got().json).toEqual({
    text: '🔴 API is down',
    mrkdwn: false,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: '🔴 API is down', emoji: false } },
      { type: 'section', text: { type: 'plain_text', text: notice.body, emoji: false } },
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            text: `critical · <!date^${Date.parse(notice.at) / 1000}^{date_short_pretty} {time_secs}|${notice.at}>`,
          },
        ],
      },
      {
        type: 'actions',
        elements: [
          { type: 'button', text: { type: 'plain_text', text: 'Open in Xinex', emoji: false }, url: notice.url },
        ],
      },
    ],
  })
})

test('Slack gets no empty section, which it would refuse', async () => {
  await send(slack, { webhook_url: server.url }, { notice: { ...notice, body: ' ' } })
  expect(got().body).not.toContain('"section"')
})

test('Slack’s own word for a dead webhook is in the log', async () => {
  reply = () => new Response('no_service', { status: 404, headers: { 'content-type': 'text/plain' } })
  const error = await refusalOf(send(slack, { webhook_url: server.url }))
  expect([error.outcome, error.message]).toEqual([
    'disable',
    `hook.example.test:${server.port} answered 404: no_service`,
  ])
})

test('Discord is asked to wait, may ping nobody, and links keep their underscores', async () => {
  const result = await send(discord, { webhook_url: `${server.url}/api/webhooks/1/x?thread_id=5`, username: 'Watch' })
  expect(result).toEqual({ answer: '200', external_id: 'm1' })
  expect(got().path).toBe('/api/webhooks/1/x?thread_id=5&wait=true')
  expect(got().json).toEqual({
    username: 'Watch',
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: 'API is down',
        description: 'HTTP 503 from https://api.example.com/health_check\nsince 12\\:00',
        url: notice.url,
        color: 0xd92d20,
        footer: { text: 'critical' },
        timestamp: notice.at,
      },
    ],
  })
})

test('Discord gets a link to a host without a dot as text, because it refuses it as a link', async () => {
  const url = 'http://localhost:3000/incidents/inc_1'
  await send(discord, { webhook_url: server.url }, { notice: { ...notice, url } })
  expect(got().json).toMatchObject({ embeds: [{ description: expect.stringContaining(url) }] })
  expect(got().body).not.toContain('"url"')
})

test('Discord’s wait in the body is honoured', async () => {
  reply = () => Response.json({ message: 'You are being rate limited.', retry_after: 1.337 }, { status: 429 })
  const error = await refusalOf(send(discord, { webhook_url: server.url }))
  expect([error.outcome, error.retry_after_s]).toEqual(['retry', 2])
})

test('Telegram gets HTML at the bot’s own path', async () => {
  expect(await send(telegram, { ...bot, thread_id: 4, silent: true })).toEqual({ answer: '200', external_id: '7' })
  expect(got().path).toBe('/bot1:AbC_d-e/sendMessage')
  expect(got().json).toEqual({
    chat_id: '-100',
    text: `🔴 <b>API is down</b>\n${notice.body}\n${notice.url}`,
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    message_thread_id: 4,
    disable_notification: true,
  })
})

test('a Telegram message stays within 4096 characters and keeps the link', async () => {
  await send(telegram, bot, { notice: { ...notice, title: '<&>'.repeat(5_000), body: '<&>\n'.repeat(5_000) } })
  const { text } = got().json as { text: string }
  expect(text.length).toBeLessThanOrEqual(4096)
  expect(text.length).toBeGreaterThan(4000)
  expect(text).toEndWith(`…\n${notice.url}`)
  expect(text.replace(/&(lt|gt|amp);/g, '')).not.toContain('&')
})

test('Telegram’s wait in the body is honoured', async () => {
  reply = () => Response.json({ ok: false, description: 'Too Many', parameters: { retry_after: 35 } }, { status: 429 })
  const error = await refusalOf(send(telegram, bot))
  expect([error.outcome, error.retry_after_s]).toEqual(['retry', 35])
})

test('a Telegram group that moved is named by its new id', async () => {
  reply = () => Response.json({ ok: false, parameters: { migrate_to_chat_id: -1009 } }, { status: 400 })
  const error = await refusalOf(send(telegram, bot))
  expect([error.outcome, error.message.includes('-1009')]).toEqual(['disable', true])
})

test('Telegram’s reason is in the log, without the token', async () => {
  reply = () => Response.json({ ok: false, description: 'Bad Request: chat not found' }, { status: 400 })
  const error = await refusalOf(send(telegram, bot))
  expect([error.outcome, error.message]).toEqual([
    'give-up',
    `hook.example.test:${server.port} answered 400: Bad Request: chat not found`,
  ])
})

test('ntfy gets everything in one JSON at the root, and the token', async () => {
  expect(await send(ntfy, { ...topic, token: 'tk_x' })).toEqual({ answer: '200', external_id: 'm1' })
  expect([got().path, got().headers.get('authorization')]).toEqual(['/', 'Bearer tk_x'])
  expect(got().json).toEqual({
    topic: 'ops',
    title: 'API is down',
    message: notice.body,
    tags: ['red_circle'],
    priority: 5,
    click: notice.url,
    actions: [{ action: 'view', label: 'Open', url: notice.url }],
  })
})

test('ntfy takes user and password instead of a token', async () => {
  await send(ntfy, { ...topic, user: 'ops', password: 'pä' })
  expect(got().headers.get('authorization')).toBe(`Basic ${Buffer.from('ops:pä').toString('base64')}`)
  expect(ntfy.check?.({ ...topic, user: 'ops', token: 'tk_x' })).toHaveProperty(['settings.user'])
})

test.each([
  ['auto', { urgent: true, severity: 'low' }, 5],
  ['auto', { urgent: false, severity: 'high' }, 4],
  ['auto', { urgent: false, severity: 'medium' }, 3],
  ['auto', { urgent: false, severity: 'low' }, 2],
  ['auto', { urgent: true, kind: 'up' }, 3],
  ['low', { urgent: true }, 2],
] as const)('ntfy priority %s for %o is %i', async (priority, change, level) => {
  await send(ntfy, { ...topic, priority }, { notice: { ...notice, ...change } })
  expect(got().json).toMatchObject({ priority: level })
})

test('an ntfy message stays within 4096 bytes, which would else become a file', async () => {
  await send(ntfy, topic, { notice: { ...notice, title: 'é'.repeat(9_000), body: '🔥'.repeat(9_000) } })
  const { title, message } = got().json as { title: string; message: string }
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4096)
  expect(Buffer.byteLength(message)).toBeGreaterThan(4090)
  expect(Buffer.byteLength(title)).toBeLessThanOrEqual(250)
})
