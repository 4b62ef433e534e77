import { afterAll, beforeEach, expect, test } from 'bun:test'
import type { Notice } from '#channels/define'
import { listen, notice, refusalOf, send } from '#channels/fixtures'
import { googleChat } from '#channels/google_chat'
import { matrix } from '#channels/matrix'
import { mattermost } from '#channels/mattermost'
import { msteams } from '#channels/msteams'
import { rocketchat } from '#channels/rocketchat'
import { signal } from '#channels/signal'

let reply: () => Response
const server = listen(() => reply())
beforeEach(() => {
  server.received.length = 0
  reply = () => Response.json({ event_id: '$e1', name: 'spaces/S/messages/M', timestamp: '1700000000000' })
})
afterAll(server.close)

const got = () => server.received[0]!
const room = { server: `${server.url}/`, room_id: '!ops/1:example.com', access_token: 'syt_x' }

test('Teams gets a card in which nothing is read as Markdown', async () => {
  reply = () => new Response(null, { status: 202 })
  const webhook_url = `${server.url}/powerautomate/automations/direct/workflows/w/triggers/manual?sig=x`
  expect(await send(msteams, { webhook_url })).toEqual({ answer: '202' })
  const text = (words: string) => ({ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: words }] })
  expect(got().json).toEqual({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          msteams: { width: 'full' },
          body: [
            {
              type: 'RichTextBlock',
              inlines: [
                { type: 'TextRun', text: '🔴 API is down', size: 'Large', weight: 'Bolder', color: 'Attention' },
              ],
            },
            { ...text('HTTP 503 from https://api.example.com/health_check'), spacing: 'None' },
            { ...text('since 12:00'), spacing: 'None' },
            {
              type: 'RichTextBlock',
              inlines: [{ type: 'TextRun', text: `critical · ${notice.at}`, isSubtle: true, size: 'Small' }],
            },
          ],
          actions: [{ type: 'Action.OpenUrl', title: 'Open in Xinex', url: notice.url }],
        },
      },
    ],
  })
})

test.each(['https://acme.webhook.office.com/webhookb2/x', 'https://prod-1.westeurope.logic.azure.com:443/workflows/x'])(
  'a Teams address that Microsoft has switched off is refused before it is saved: %s',
  (webhook_url) => {
    expect(msteams.check?.({ webhook_url })).toHaveProperty(['settings.webhook_url'])
  },
)

test('a Teams card of a thousand lines has forty', async () => {
  await send(msteams, { webhook_url: server.url }, { notice: { ...notice, body: 'line\n'.repeat(1_000) } })
  const { attachments } = got().json as { attachments: { content: { body: unknown[] } }[] }
  expect(attachments[0]!.content.body).toHaveLength(42)
})

test('Mattermost gets a headline for the notification and the rest in a coloured box', async () => {
  reply = () => new Response('ok')
  await send(mattermost, { webhook_url: `${server.url}/hooks/x`, channel: 'ops', username: 'Watch' })
  expect([got().path, got().json]).toEqual([
    '/hooks/x',
    {
      text: '🔴 API is down',
      channel: 'ops',
      username: 'Watch',
      attachments: [
        {
          fallback: '🔴 API is down',
          color: '#d92d20',
          text: `HTTP 503 from https://api.example.com/health_check\nsince 12\\:00\n\n[Open in Xinex](${notice.url})`,
        },
      ],
    },
  ])
})

test('Rocket.Chat gets the same under its own names', async () => {
  reply = () => Response.json({ success: true })
  await send(rocketchat, { webhook_url: `${server.url}/hooks/a/b`, channel: '#ops', username: 'Watch' })
  expect([got().path, got().json]).toEqual([
    '/hooks/a/b',
    {
      text: '🔴 API is down',
      channel: '#ops',
      username: 'Watch',
      alias: 'Watch',
      attachments: [
        {
          color: '#d92d20',
          text: `HTTP 503 from https://api.example.com/health_check\nsince 12\\:00\n\n[Open in Xinex](${notice.url})`,
        },
      ],
    },
  ])
})

test('Google Chat gets one thread for each incident, and the keys of its address stay', async () => {
  const webhook_url = `${server.url}/v1/spaces/S/messages?key=k&token=t%3D`
  const result = await send(googleChat, { webhook_url }, { notice: { ...notice, subject: 'inc_1' } })
  expect(result).toEqual({ answer: '200', external_id: 'spaces/S/messages/M' })
  expect(got().path).toBe(
    '/v1/spaces/S/messages?key=k&token=t%3D&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD',
  )
  expect(got().json).toEqual({
    fallbackText: '🔴 API is down',
    thread: { threadKey: 'xinex-inc_1' },
    cardsV2: [
      {
        cardId: 'notice',
        card: {
          sections: [
            {
              widgets: [
                {
                  decoratedText: {
                    topLabel: 'critical',
                    text: '<font color="#d92d20"><b>🔴 API is down</b></font>',
                    bottomLabel: notice.at,
                    wrapText: true,
                  },
                },
                { textParagraph: { text: notice.body } },
                { buttonList: { buttons: [{ text: 'Open in Xinex', onClick: { openLink: { url: notice.url } } }] } },
              ],
            },
          ],
        },
      },
    ],
  })
})

test('Matrix gets a message that is the same when it is put twice, and calls nobody', async () => {
  expect(await send(matrix, room)).toEqual({ answer: '200', external_id: '$e1' })
  expect([got().method, got().path, got().headers.get('authorization')]).toEqual([
    'PUT',
    '/_matrix/client/v3/rooms/!ops%2F1%3Aexample.com/send/m.room.message/dlv_0001',
    'Bearer syt_x',
  ])
  expect(got().json).toEqual({
    msgtype: 'm.text',
    body: `🔴 API is down\n${notice.body}\nOpen in Xinex: ${notice.url}`,
    format: 'org.matrix.custom.html',
    formatted_body: `<font color="#d92d20" data-mx-color="#d92d20"><b>🔴 API is down</b></font><br>${notice.body.replace('\n', '<br>')}<br><a href="${notice.url}">Open in Xinex</a>`,
    'm.mentions': {},
  })
})

test.each([
  [403, 'M_FORBIDDEN', 'disable'],
  [401, 'M_UNKNOWN_TOKEN', 'disable'],
  [413, 'M_TOO_LARGE', 'give-up'],
] as const)('Matrix’s %i %s means %s, in its own words', async (status, errcode, outcome) => {
  reply = () => Response.json({ errcode, error: 'User not in room' }, { status })
  const error = await refusalOf(send(matrix, room))
  expect([error.outcome, error.message]).toEqual([
    outcome,
    `hook.example.test:${server.port} answered ${status}: User not in room`,
  ])
})

test('Signal gets plain words, whatever its server makes of asterisks by default', async () => {
  reply = () => Response.json({ timestamp: '1700000000000' }, { status: 201 })
  const settings = {
    server: `${server.url}/api/`,
    number: '+4915112345678',
    recipients: ['+4915187654321', 'group.x='],
  }
  expect(await send(signal, settings)).toEqual({ answer: '201', external_id: '1700000000000' })
  expect([got().path, got().headers.get('authorization'), got().json]).toEqual([
    '/api/v2/send',
    null,
    {
      number: settings.number,
      recipients: settings.recipients,
      message: `🔴 API is down\n${notice.body}\nOpen in Xinex: ${notice.url}`,
      text_mode: 'normal',
    },
  ])
})

test.each([
  ['critical', 'down', '#d92d20'],
  ['high', 'down', '#d92d20'],
  ['medium', 'down', '#ea580c'],
  ['low', 'down', '#d97706'],
  ['critical', 'up', '#17a34a'],
  ['critical', 'acknowledged', '#d97706'],
  ['critical', 'updated', '#ea580c'],
  ['low', 'test', '#2563eb'],
] as const)('a %s notice of the kind %s is %s', async (severity, kind, color) => {
  const told: Notice = { ...notice, severity, kind }
  await send(mattermost, { webhook_url: server.url }, { notice: told })
  expect(got().json).toMatchObject({ attachments: [{ color }] })
})
