import { isIP } from 'node:net'
import { Type as t } from '@sinclair/typebox'
import { defineChannel, type Notice } from '#channels/define'
import { fieldOf } from '#channels/post'
import { fit, hostOf, oneLine, urlFaults } from '#channels/text'
import { secret, ui } from '#kernel/form'

const COLOUR = {
  down: 0xd92d20,
  up: 0x17a34a,
  acknowledged: 0xd97706,
  updated: 0xea580c,
  test: 0x2563eb,
} satisfies Record<Notice['kind'], number>

// https://discord.com/developers/docs/resources/message#embed-object-embed-limits: 256, 4096, 2048 and 6000 in all
const TITLE = 256
const BODY = 4096
// https://discord.com/developers/docs/resources/webhook#execute-webhook: 1-80 characters
const NAME = 80

/** Every character with a meaning in Discord's Markdown, except inside links, where a backslash would break the link. */
const escapeMarkdown = (text: string) =>
  text.replace(/https?:\/\/[^\s<>()[\]]+|[\\*_~`|>#\-[\]()<@:]/g, (found) => (found.length > 1 ? found : `\\${found}`))

/** Discord refuses the entire message when a link's host has no dot: https://github.com/grafana/grafana/issues/65270 */
function linkable(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  return host.includes('.') || isIP(host.replace(/^\[|\]$/g, '')) !== 0
}

function embed({ title, body, url, kind, severity, at }: Notice) {
  const link = linkable(url)
  return {
    title: fit(oneLine(title), TITLE, { escaped: escapeMarkdown }),
    description: fit(link || !url ? body : `${body}\n${url}`, BODY, { escaped: escapeMarkdown }),
    ...(link && { url }),
    color: COLOUR[kind],
    footer: { text: kind === 'test' ? 'Test' : severity },
    ...(Number.isFinite(Date.parse(at)) && { timestamp: at }),
  }
}

/** The URL as given, plus `wait=true`: without it Discord answers before it has looked at the message. */
function waiting(webhook_url: string): string {
  if (!URL.canParse(webhook_url)) return webhook_url
  const url = new URL(webhook_url)
  url.searchParams.set('wait', 'true')
  return url.href
}

/** https://discord.com/developers/docs/resources/webhook#execute-webhook */
export const discord = defineChannel({
  type: 'discord',
  title: 'Discord',
  summary: 'Posts into one Discord channel through a webhook.',
  docs: 'https://support.discord.com/hc/en-us/articles/228383668-Intro-to-Webhooks',

  settings: t.Object({
    webhook_url: secret({
      title: 'Webhook URL',
      minLength: 1,
      maxLength: 2048,
      description: 'Created in Discord under “Edit channel → Integrations → Webhooks”.',
      ...ui({ placeholder: 'https://discord.com/api/webhooks/…', mono: true }),
    }),
    username: t.Optional(
      t.String({
        title: 'Name shown',
        minLength: 1,
        maxLength: NAME,
        description: 'Replaces the name of the webhook; Discord refuses names that contain “discord”.',
        ...ui({ group: 'advanced', placeholder: 'Xinex' }),
      }),
    ),
  }),

  label: ({ webhook_url }) => hostOf(webhook_url) || 'Discord',

  check: ({ webhook_url }) => urlFaults('settings.webhook_url', webhook_url),

  async send({ settings: { webhook_url, username }, notice, post }) {
    const answer = await post(waiting(webhook_url), {
      json: { ...(username && { username }), embeds: [embed(notice)], allowed_mentions: { parse: [] } },
    })
    const id = fieldOf(answer.json(), 'id')
    return { answer: String(answer.status), ...(typeof id === 'string' && { external_id: id }) }
  },
})
