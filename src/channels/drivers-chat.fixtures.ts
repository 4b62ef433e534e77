import { discord } from '#channels/discord'
import { type Driver, http, PLANTED, path, TITLE_TRICKS, within } from '#channels/driver.fixtures'
import { googleChat } from '#channels/google_chat'
import { gotify } from '#channels/gotify'
import { matrix } from '#channels/matrix'
import { mattermost } from '#channels/mattermost'
import { msteams } from '#channels/msteams'
import { ntfy } from '#channels/ntfy'
import { fieldOf } from '#channels/post'
import { pushover } from '#channels/pushover'
import { rocketchat } from '#channels/rocketchat'
import { signal } from '#channels/signal'
import { slack } from '#channels/slack'
import { telegram } from '#channels/telegram'
import { webhook } from '#channels/webhook'

const inHtml = '&lt;script&gt;alert(1)&lt;/script&gt; &amp; *bold* [x](https://evil.example) @everyone'
/** Where a mention is looked for after the Markdown is read. */
const inMattermost =
  '\\<script\\>alert\\(1\\)\\</script\\> & \\*bold\\* \\[x\\]\\(https://evil.example\\) @\u200beveryone'
const inMarkdown = '\\<script\\>alert\\(1\\)\\</script\\> & \\*bold\\* \\[x\\]\\(https://evil.example\\) \\@everyone'

/** Each line of the text is a block of its own, between the title and the time. */
function teamsLines(json: unknown): string {
  const blocks = fieldOf(json, 'attachments', '0', 'content', 'body')
  const texts = Array.isArray(blocks) ? blocks.map((block) => fieldOf(block, 'inlines', '0', 'text')) : []
  return texts.slice(1, -1).join('\n')
}

export const chatDrivers: Driver[] = [
  http(webhook, (url) => ({ url: `${url}/${PLANTED}`, signing_secret: PLANTED, authorization: `Bearer ${PLANTED}` }), {
    words: '"event":"test"',
  }),
  http(slack, (url) => ({ webhook_url: `${url}/services/T1/B1/${PLANTED}` }), {
    title: path('blocks', '0', 'text', 'text'),
    body: path('blocks', '1', 'text', 'text'),
    limit: 150,
    body_limit: 3000,
    acts: true,
    tricks: `🔴 ${inHtml}`,
    body_tricks: inHtml,
  }),
  http(discord, (url) => ({ webhook_url: `${url}/api/webhooks/1/${PLANTED}` }), {
    title: path('embeds', '0', 'title'),
    body: path('embeds', '0', 'description'),
    limit: 256,
    body_limit: 4096,
    said: { message: 'You are being rate limited.', retry_after: 30, global: false },
    acts: true,
    tricks: inMarkdown,
    body_tricks: inMarkdown,
  }),
  http(telegram, (server) => ({ server, bot_token: `1:${PLANTED}`, chat_id: '-100123', silent: false }), {
    title: within(path('text'), /<b>(.*)<\/b>/),
    body: within(path('text'), /<\/b>\n([\s\S]*?)(?:\nhttps:\S*)?$/),
    limit: 512,
    body_limit: 4096,
    said: { ok: false, error_code: 429, description: 'Too Many Requests', parameters: { retry_after: 30 } },
    acts: true,
    tricks: inHtml,
    body_tricks: inHtml,
  }),
  // ntfy shows titles and messages as they are unless the sender asks for Markdown.
  http(ntfy, (server) => ({ server, topic: 'ops', token: PLANTED, priority: 'auto' as const }), {
    title: path('title'),
    body: path('message'),
    limit: 250,
    body_limit: 4096,
    measure: 'bytes',
    max_bytes: 8192,
    acts: true,
    tricks: TITLE_TRICKS,
    body_tricks: TITLE_TRICKS,
  }),
  http(msteams, (url) => ({ webhook_url: `${url}/workflows/${PLANTED}?sig=${PLANTED}` }), {
    title: path('attachments', '0', 'content', 'body', '0', 'inlines', '0', 'text'),
    body: ({ json }) => teamsLines(json),
    limit: 1_000,
    body_limit: 8_000,
    max_bytes: 28_000,
    acts: true,
    tricks: `🔴 ${TITLE_TRICKS}`,
    body_tricks: TITLE_TRICKS,
  }),
  http(mattermost, (url) => ({ webhook_url: `${url}/hooks/${PLANTED}` }), {
    title: path('text'),
    body: within(path('attachments', '0', 'text'), /^([\s\S]*?)\n\n\[/),
    limit: 500,
    body_limit: 5_000,
    max_bytes: 7_900,
    acts: true,
    tricks: `🔴 ${inMattermost}`,
    body_tricks: inMattermost,
  }),
  http(rocketchat, (url) => ({ webhook_url: `${url}/hooks/${PLANTED}/${PLANTED}` }), {
    title: path('text'),
    body: within(path('attachments', '0', 'text'), /^([\s\S]*?)\n\n\[/),
    limit: 500,
    body_limit: 4_000,
    acts: true,
    tricks: `🔴 ${inMarkdown}`,
    body_tricks: inMarkdown,
  }),
  http(googleChat, (url) => ({ webhook_url: `${url}/v1/spaces/S/messages?key=${PLANTED}&token=${PLANTED}` }), {
    title: within(
      path('cardsV2', '0', 'card', 'sections', '0', 'widgets', '0', 'decoratedText', 'text'),
      /<b>(.*)<\/b>/,
    ),
    body: path('cardsV2', '0', 'card', 'sections', '0', 'widgets', '1', 'textParagraph', 'text'),
    accepted: { name: 'spaces/S/messages/M' },
    limit: 1_000,
    body_limit: 12_000,
    max_bytes: 32_000,
    acts: true,
    tricks: `🔴 ${inHtml}`,
    body_tricks: inHtml,
  }),
  http(gotify, (server) => ({ server, token: PLANTED }), {
    title: path('title'),
    body: within(path('message'), /^([\s\S]*?)\n\n\[/),
    accepted: { id: 25, appid: 5 },
    limit: 250,
    body_limit: 8_000,
    acts: true,
    // A title is plain text there, only the message is Markdown.
    tricks: TITLE_TRICKS,
    body_tricks: inMarkdown,
  }),
  http(pushover, (server) => ({ server, token: PLANTED, user: PLANTED.replace(/\W/g, 'x') }), {
    title: path('title'),
    body: path('message'),
    accepted: { status: 1, request: 'r1' },
    limit: 250,
    body_limit: 1024,
    acts: true,
    tricks: TITLE_TRICKS,
    body_tricks: TITLE_TRICKS,
  }),
  http(matrix, (server) => ({ server, room_id: '!room:example.com', access_token: PLANTED }), {
    title: within(path('formatted_body'), /<b>(.*)<\/b>/),
    body: within(path('formatted_body'), /<\/font><br>([\s\S]*?)<br><a /),
    accepted: { event_id: '$e1' },
    said: { errcode: 'M_LIMIT_EXCEEDED', error: 'Too many requests', retry_after_ms: 30_000 },
    limit: 1_000,
    body_limit: 20_000,
    max_bytes: 65_536,
    acts: true,
    tricks: `🔴 ${inHtml}`,
    body_tricks: inHtml,
  }),
  http(
    signal,
    (server) => ({ server, number: '+4915112345678', recipients: ['+4915187654321'], user: 'u', password: PLANTED }),
    {
      title: within(path('message'), /^(.*)/),
      body: within(path('message'), /^.*\n([\s\S]*?)\n[^\n]*: https:/),
      accepted: { timestamp: '1' },
      limit: 250,
      body_limit: 2_000,
      measure: 'bytes',
      acts: true,
      tricks: `🔴 ${TITLE_TRICKS}`,
      body_tricks: TITLE_TRICKS,
    },
  ),
]
