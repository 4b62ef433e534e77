import { Type as t } from '@sinclair/typebox'
import { defineChannel } from '#channels/define'
import { buttonsOf, escapeMarkdown, headOf, hexColourOf, jsonBytes, markdownLinks } from '#channels/look'
import { fit, hostOf, urlFaults } from '#channels/text'
import { secret, ui } from '#kernel/form'

const TITLE = 500
// https://gitlab.com/gitlab-org/gitlab-foss/-/issues/37555: attachments of more than about 7,900 characters of JSON are refused
const BODY = 5_000
const LINK = 600

/** As everywhere, and nobody is called by `@channel`: Mattermost looks for names after it has read the Markdown. */
const escaped = (text: string) => escapeMarkdown(text).replace(/\\@(?=\w)/g, '@\u200b')

/** https://developers.mattermost.com/integrate/webhooks/incoming/ */
export const mattermost = defineChannel({
  type: 'mattermost',
  title: 'Mattermost',
  summary: 'Posts into a channel of your Mattermost server through an incoming webhook.',
  docs: 'https://developers.mattermost.com/integrate/webhooks/incoming/',

  settings: t.Object({
    webhook_url: secret({
      title: 'Webhook URL',
      minLength: 1,
      maxLength: 2048,
      description: 'Created in Mattermost under “Integrations → Incoming Webhooks”.',
      ...ui({ placeholder: 'https://mattermost.example.com/hooks/…', mono: true }),
    }),
    channel: t.Optional(
      t.String({
        title: 'Channel',
        pattern: '^@?[a-z0-9._-]{1,64}$',
        description: 'Posts into another channel than that of the webhook; @name writes to one person.',
        ...ui({ group: 'advanced', span: 1, placeholder: 'town-square' }),
      }),
    ),
    username: t.Optional(
      t.String({
        title: 'Name shown',
        minLength: 1,
        maxLength: 64,
        description: 'Only if the server lets webhooks change their name.',
        ...ui({ group: 'advanced', span: 1, placeholder: 'Xinex' }),
      }),
    ),
  }),
  people: true,

  label: ({ webhook_url, channel }) => [hostOf(webhook_url), channel].filter(Boolean).join('/') || 'Mattermost',

  check: ({ webhook_url }) => urlFaults('settings.webhook_url', webhook_url),

  async send({ settings: { webhook_url, channel, username }, notice, post }) {
    const measure = jsonBytes
    const links = markdownLinks(buttonsOf(notice, { longest: LINK }))
    const text = [fit(notice.body.trim(), BODY, { escaped, measure }), links].filter(Boolean).join('\n\n')
    const { status } = await post(webhook_url, {
      json: {
        text: headOf(notice, TITLE, { escaped, measure }),
        ...(channel && { channel }),
        ...(username && { username }),
        attachments: [{ fallback: headOf(notice, TITLE, { measure }), color: hexColourOf(notice), text }],
      },
    })
    return { answer: String(status) }
  },
})
