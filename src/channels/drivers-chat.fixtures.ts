import { discord } from '#channels/discord'
import { type Driver, http, PLANTED, path, TITLE_TRICKS, within } from '#channels/driver.fixtures'
import { ntfy } from '#channels/ntfy'
import { slack } from '#channels/slack'
import { telegram } from '#channels/telegram'
import { webhook } from '#channels/webhook'

const inHtml = '&lt;script&gt;alert(1)&lt;/script&gt; &amp; *bold* [x](https://evil.example) @everyone'
const inDiscord = '\\<script\\>alert\\(1\\)\\</script\\> & \\*bold\\* \\[x\\]\\(https://evil.example\\) \\@everyone'

export const chatDrivers: Driver[] = [
  http(webhook, (url) => ({ url: `${url}/${PLANTED}`, signing_secret: PLANTED, authorization: `Bearer ${PLANTED}` }), {
    words: '"event":"test"',
  }),
  http(slack, (url) => ({ webhook_url: `${url}/services/T1/B1/${PLANTED}` }), {
    title: path('blocks', '0', 'text', 'text'),
    body: path('blocks', '1', 'text', 'text'),
    limit: 150,
    body_limit: 3000,
    tricks: `🔴 ${inHtml}`,
    body_tricks: inHtml,
  }),
  http(discord, (url) => ({ webhook_url: `${url}/api/webhooks/1/${PLANTED}` }), {
    title: path('embeds', '0', 'title'),
    body: path('embeds', '0', 'description'),
    limit: 256,
    body_limit: 4096,
    said: { message: 'You are being rate limited.', retry_after: 30, global: false },
    tricks: inDiscord,
    body_tricks: inDiscord,
  }),
  http(telegram, (server) => ({ server, bot_token: `1:${PLANTED}`, chat_id: '-100123', silent: false }), {
    title: within(path('text'), /<b>(.*)<\/b>/),
    body: within(path('text'), /<\/b>\n([\s\S]*?)(?:\nhttps:\S*)?$/),
    limit: 512,
    body_limit: 4096,
    said: { ok: false, error_code: 429, description: 'Too Many Requests', parameters: { retry_after: 30 } },
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
    tricks: TITLE_TRICKS,
    body_tricks: TITLE_TRICKS,
  }),
]
