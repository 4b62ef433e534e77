import { Type as t } from '@sinclair/typebox'
import { defineChannel } from '#channels/define'
import { buttonsOf, escapeMarkdown, headOf, hexColourOf, markdownLinks } from '#channels/look'
import { fit, hostOf, urlFaults } from '#channels/text'
import { secret, ui } from '#kernel/form'

const TITLE = 500
// https://docs.rocket.chat/docs/message: 5,000 characters unless the administrator changed it
const BODY = 4_000

/** https://docs.rocket.chat/docs/integrations */
export const rocketchat = defineChannel({
  type: 'rocketchat',
  title: 'Rocket.Chat',
  summary: 'Posts into a room of your Rocket.Chat server through an incoming integration.',
  docs: 'https://docs.rocket.chat/docs/integrations',

  settings: t.Object({
    webhook_url: secret({
      title: 'Webhook URL',
      minLength: 1,
      maxLength: 2048,
      description: 'Shown by Rocket.Chat when the incoming integration is saved.',
      ...ui({ placeholder: 'https://chat.example.com/hooks/…/…', mono: true }),
    }),
    channel: t.Optional(
      t.String({
        title: 'Room',
        pattern: '^[#@][^\\s#@]{1,120}$',
        description: 'Posts into another room than that of the integration: #room or @person.',
        ...ui({ group: 'advanced', span: 1, placeholder: '#ops' }),
      }),
    ),
    username: t.Optional(
      t.String({
        title: 'Name shown',
        minLength: 1,
        maxLength: 64,
        description: 'Replaces the name of the integration.',
        ...ui({ group: 'advanced', span: 1, placeholder: 'Xinex' }),
      }),
    ),
  }),
  people: true,
  // https://developer.rocket.chat/apidocs/rate-limiter: 10 a minute unless the administrator changed it
  limits: [{ count: 10, seconds: 60 }],

  label: ({ webhook_url, channel }) => [hostOf(webhook_url), channel].filter(Boolean).join('/') || 'Rocket.Chat',

  check: ({ webhook_url }) => urlFaults('settings.webhook_url', webhook_url),

  async send({ settings: { webhook_url, channel, username }, notice, post }) {
    // Its parser knows a backslash before any character: https://github.com/RocketChat/fuselage (grammar.pegjs, Escaped)
    const escaped = escapeMarkdown
    const links = markdownLinks(buttonsOf(notice))
    const text = [fit(notice.body.trim(), BODY, { escaped }), links].filter(Boolean).join('\n\n')
    const { status } = await post(webhook_url, {
      json: {
        text: headOf(notice, TITLE, { escaped }),
        ...(channel && { channel }),
        ...(username && { username, alias: username }),
        attachments: [{ color: hexColourOf(notice), text }],
      },
    })
    return { answer: String(status) }
  },
})
