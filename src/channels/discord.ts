import { Type as t } from '@sinclair/typebox'
import { defineChannel, type Notice } from '#channels/define'
import { buttonsOf, colourOf, escapeMarkdown, linkable, weightOf } from '#channels/look'
import { fieldOf } from '#channels/post'
import { fit, hostOf, oneLine, urlFaults } from '#channels/text'
import { secret, ui } from '#kernel/form'

// https://discord.com/developers/docs/resources/message#embed-object-embed-limits: 256, 4096, 2048 and 6000 in all
const TITLE = 256
const BODY = 4096
// https://discord.com/developers/docs/resources/webhook#execute-webhook: 1-80 characters
const NAME = 80

// https://docs.discord.com/developers/components/reference#button: label 80, URL 512, custom_id 100 characters
const BUTTON = { longest: 512, label: 80 }
const CUSTOM_ID = 100
// https://docs.discord.com/developers/components/reference#button-button-styles
const STYLE = { acknowledge: 1, resolve: 3, open: 5 }

function embed(notice: Notice) {
  const { title, body, url, at } = notice
  const link = linkable(url)
  return {
    title: fit(oneLine(title), TITLE, { escaped: escapeMarkdown }),
    description: fit(link || !url ? body : `${body}\n${url}`, BODY, { escaped: escapeMarkdown }),
    ...(link && { url }),
    color: colourOf(notice),
    footer: { text: weightOf(notice) },
    ...(Number.isFinite(Date.parse(at)) && { timestamp: at }),
  }
}

type Pressable = { type: 2; style: number; label: string; custom_id?: string; url?: string }

/** Links for any webhook; buttons that act at once only for the webhook of an application, which calls us back. */
function components(notice: Notice, interactive: boolean) {
  const buttons = buttonsOf(notice, BUTTON).flatMap(({ kind, label, url, token }): Pressable[] => {
    const custom_id = `xinex:${kind}:${token}`
    if (interactive && token && custom_id.length <= CUSTOM_ID)
      return [{ type: 2, style: STYLE[kind], label, custom_id }]
    return linkable(url) ? [{ type: 2, style: STYLE.open, label, url }] : []
  })
  return notice.actions?.length && buttons.length > 0 ? [{ type: 1, components: buttons }] : undefined
}

/**
 * The URL as given, plus `wait=true`: without it Discord answers before it has looked at the message; and without
 * `with_components` it drops the buttons.
 */
function completed(webhook_url: string, with_components: boolean): string {
  if (!URL.canParse(webhook_url)) return webhook_url
  const url = new URL(webhook_url)
  url.searchParams.set('wait', 'true')
  if (with_components) url.searchParams.set('with_components', 'true')
  return url.href
}

/** https://discord.com/developers/docs/resources/webhook#execute-webhook */
export const discord = defineChannel({
  type: 'discord',
  title: 'Discord',
  summary: 'Posts into one Discord channel through a webhook.',
  docs: 'https://support.discord.com/hc/en-us/articles/228383668-Intro-to-Webhooks',
  notes: [
    'Buttons are links to a page that asks before it acts. To have them act inside Discord, the webhook has to belong to an',
    'application of yours: enter its public key here, and there, under “General information”, the interactions endpoint URL',
    '`https://<your Xinex>/api/v1/interactions/discord/<id of this channel>`. Discord has to reach it, and tries it at once.',
  ].join('\n'),

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
    public_key: t.Optional(
      t.String({
        title: 'Public key',
        pattern: '^[0-9a-fA-F]{64}$',
        description: 'Of the Discord application that owns the webhook; makes the buttons act inside Discord.',
        ...ui({ group: 'advanced', mono: true }),
      }),
    ),
  }),
  people: true,
  // https://docs.discord.com/developers/topics/rate-limits: 5 in 2 s for a webhook, 30 a minute for its channel
  limits: [
    { count: 5, seconds: 2 },
    { count: 30, seconds: 60 },
  ],

  label: ({ webhook_url }) => hostOf(webhook_url) || 'Discord',

  check: ({ webhook_url }) => urlFaults('settings.webhook_url', webhook_url),

  async send({ settings: { webhook_url, username, public_key }, notice, post }) {
    const buttons = components(notice, !!public_key)
    const answer = await post(completed(webhook_url, !!buttons), {
      json: {
        ...(username && { username }),
        embeds: [embed(notice)],
        ...(buttons && { components: buttons }),
        allowed_mentions: { parse: [] },
      },
    })
    const id = fieldOf(answer.json(), 'id')
    return { answer: String(answer.status), ...(typeof id === 'string' && { external_id: id }) }
  },
})
