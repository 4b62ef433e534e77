import { afterAll, beforeEach, expect, test } from 'bun:test'
import type { NoticeAction } from '#channels/define'
import { discord } from '#channels/discord'
import { emailWith } from '#channels/email'
import { listen, notice, refusalOf, send } from '#channels/fixtures'
import { gotify } from '#channels/gotify'
import { mailServer } from '#channels/mail.fixtures'
import { ntfy } from '#channels/ntfy'
import { slack } from '#channels/slack'
import { telegram } from '#channels/telegram'

const server = listen(() => Response.json({ ok: true, id: 'm1', result: { message_id: 7 } }))
beforeEach(() => {
  server.received.length = 0
})
afterAll(server.close)
const got = () => server.received[0]!

const ack: NoticeAction = {
  kind: 'acknowledge',
  label: 'Acknowledge',
  url: 'https://xinex.example.com/a/ack-1',
  token: 'ack-token',
}
const resolve: NoticeAction = {
  kind: 'resolve',
  label: 'Resolve',
  url: 'https://xinex.example.com/a/res-1',
  token: 'r'.repeat(65),
}
const told = { ...notice, actions: [ack, resolve] }
const local = { ...told, actions: [{ ...ack, url: 'http://xinex:3000/a/ack-1' }] }
const bot = { server: server.url, bot_token: '1:x', chat_id: '-100' }

test('Slack’s buttons are links until Slack may call back, then they act', async () => {
  await send(slack, { webhook_url: server.url }, { notice: told })
  await send(slack, { webhook_url: server.url, signing_secret: '0123456789abcdef' }, { notice: told })
  const actions = server.received.map(({ json }) => (json as { blocks: { elements: object[] }[] }).blocks[3]!.elements)
  const text = (words: string) => ({ type: 'plain_text', text: words, emoji: false })
  const open = { type: 'button', text: text('Open in Xinex'), url: notice.url }
  expect(actions[0]).toEqual([
    { type: 'button', text: text('Acknowledge'), style: 'primary', url: ack.url },
    { type: 'button', text: text('Resolve'), url: resolve.url },
    open,
  ])
  expect(actions[1]).toEqual([
    { type: 'button', text: text('Acknowledge'), style: 'primary', action_id: 'xinex:acknowledge', value: 'ack-token' },
    { type: 'button', text: text('Resolve'), action_id: 'xinex:resolve', value: resolve.token },
    open,
  ])
  expect(got().body).not.toContain('ack-token')
})

test('Discord shows links, and for the webhook of an application buttons that act', async () => {
  await send(discord, { webhook_url: `${server.url}/w` }, { notice: told })
  await send(discord, { webhook_url: `${server.url}/w`, public_key: 'ab'.repeat(32) }, { notice: told })
  const [links, acting] = server.received
  expect(links!.path).toBe('/w?wait=true&with_components=true')
  expect(links!.json).toMatchObject({
    components: [
      {
        type: 1,
        components: [
          { type: 2, style: 5, label: 'Acknowledge', url: ack.url },
          { type: 2, style: 5, label: 'Resolve', url: resolve.url },
          { type: 2, style: 5, label: 'Open in Xinex', url: notice.url },
        ],
      },
    ],
  })
  expect(acting!.json).toMatchObject({
    components: [
      {
        components: [
          { type: 2, style: 1, label: 'Acknowledge', custom_id: 'xinex:acknowledge:ack-token' },
          { type: 2, style: 3, label: 'Resolve', custom_id: `xinex:resolve:${resolve.token}` },
          { type: 2, style: 5, url: notice.url },
        ],
      },
    ],
  })
})

test('a host without a dot is no button at Discord, which would refuse all of it', async () => {
  await send(discord, { webhook_url: `${server.url}/w` }, { notice: { ...local, url: 'http://xinex:3000/i/1' } })
  expect(got().path).toBe('/w?wait=true')
  expect(got().body).not.toContain('components')
})

test('Telegram’s buttons are links, or act where the bot calls back and the token is short enough', async () => {
  await send(telegram, bot, { notice: told })
  await send(telegram, { ...bot, interactive: true }, { notice: told })
  const keyboards = server.received.map(({ json }) => (json as { reply_markup: unknown }).reply_markup)
  const link = { text: 'Resolve', url: resolve.url }
  expect(keyboards).toEqual([
    { inline_keyboard: [[{ text: 'Acknowledge', url: ack.url }, link]] },
    { inline_keyboard: [[{ text: 'Acknowledge', callback_data: 'ack-token' }, link]] },
  ])
})

test('a host without a dot is text at Telegram, which would refuse the button and all of it', async () => {
  await send(telegram, bot, { notice: local })
  expect(got().body).not.toContain('reply_markup')
  const { text } = got().json as { text: string }
  expect(text).toEndWith(`\nAcknowledge: http://xinex:3000/a/ack-1\n${notice.url}`)
})

test('ntfy acknowledges from the notification itself', async () => {
  await send(ntfy, { server: server.url, topic: 'ops' }, { notice: told })
  expect(got().json).toMatchObject({
    actions: [
      { action: 'http', label: 'Acknowledge', url: ack.url, method: 'POST', clear: true },
      { action: 'http', label: 'Resolve', url: resolve.url, method: 'POST', clear: true },
      { action: 'view', label: 'Open', url: notice.url },
    ],
  })
})

test('a link cannot end its Markdown early, and what is no link is no button', async () => {
  const odd = { ...ack, label: '[x](y)', url: 'https://xinex.example.com/a/1)(b' }
  const actions = [odd, { ...resolve, url: 'javascript:alert(1)' }]
  await send(gotify, { server: server.url, token: 'x' }, { notice: { ...notice, actions } })
  const { message } = got().json as { message: string }
  expect(message).toContain('[\\[x\\]\\(y\\)](https://xinex.example.com/a/1%29%28b) · [Open')
  expect(message).not.toContain('javascript')
})

test('an e-mail has the buttons in HTML and the same links as text', async () => {
  const smtp = await mailServer()
  const host = { host: 'hook.example.test', port: smtp.port, security: 'none' as const, from: 'x@example.com' }
  await send(emailWith(), { to: ['ops@example.com'], ...host }, { notice: told })
  smtp.close()
  const { html, text } = smtp.delivered[0]!.mail
  const hrefs = [...String(html).matchAll(/<a href="([^"]+)"[^>]*>([^<]+)<\/a>/g)].map(([, href, label]) => [
    label,
    href,
  ])
  expect(hrefs).toEqual([
    ['Acknowledge', ack.url],
    ['Resolve', resolve.url],
    ['Open in Xinex', notice.url],
  ])
  expect(text).toContain(`\nAcknowledge: ${ack.url}\nResolve: ${resolve.url}\n\n${notice.url}\n`)
})

test.each([ack.url, ack.token, encodeURIComponent(ack.url)])(
  'a provider that repeats what a button carries gets it into no log: %s',
  async (secret) => {
    const parrot = listen(() => Response.json({ message: `bad: ${secret}` }, { status: 400 }))
    const error = await refusalOf(send(discord, { webhook_url: `${parrot.url}/w` }, { notice: told }))
    parrot.close()
    expect(error.message).toBe(`hook.example.test:${parrot.port} answered 400`)
  },
)

test('Telegram’s complaint about a button is told without its link', async () => {
  const description = `Bad Request: inline keyboard button URL '${ack.url}' is invalid: Wrong HTTP URL`
  const parrot = listen(() => Response.json({ ok: false, description }, { status: 400 }))
  const error = await refusalOf(send(telegram, { ...bot, server: parrot.url }, { notice: told }))
  parrot.close()
  expect(error.message).toBe(`hook.example.test:${parrot.port} answered 400`)
})
