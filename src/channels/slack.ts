import { Type as t } from '@sinclair/typebox'
import { defineChannel, type Notice } from '#channels/define'
import { type Button, buttonsOf, headOf, weightOf } from '#channels/look'
import { fit, hostOf, urlFaults } from '#channels/text'
import { secret, ui } from '#kernel/form'

// https://docs.slack.dev/reference/block-kit/blocks/header-block: 150 characters
const TITLE = 150
// https://docs.slack.dev/reference/block-kit/blocks/section-block: 3000 characters
const BODY = 3000
// https://docs.slack.dev/reference/block-kit/block-elements/button-element: 3000 characters, label 75, value 2000
const BUTTON = { longest: 3000, label: 75 }

/** https://docs.slack.dev/messaging/formatting-message-text#escaping: these three and no others. */
const escapeMrkdwn = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

/** Plain text objects know no mentions, links, markup or emoji codes, so nobody's monitor name can page a channel. */
const plain = (text: string) => ({ type: 'plain_text', text, emoji: false })

/** A link, or, where Slack may call us back, a button that acts at once. */
const button = ({ kind, label, url, token }: Button, interactive: boolean) => ({
  type: 'button',
  text: plain(label),
  ...(kind === 'acknowledge' && { style: 'primary' }),
  ...(interactive && token ? { action_id: `xinex:${kind}`, value: token } : { url }),
})

function blocks(notice: Notice, interactive: boolean) {
  const { body, at } = notice
  const seconds = Math.floor(Date.parse(at) / 1000)
  const when = Number.isFinite(seconds)
    ? `<!date^${seconds}^{date_short_pretty} {time_secs}|${escapeMrkdwn(at)}>`
    : escapeMrkdwn(at)
  const buttons = buttonsOf(notice, BUTTON)
  return [
    { type: 'header', text: plain(headOf(notice, TITLE, { escaped: escapeMrkdwn })) },
    ...(body.trim() ? [{ type: 'section', text: plain(fit(body, BODY, { escaped: escapeMrkdwn })) }] : []),
    { type: 'context', elements: [{ type: 'mrkdwn', text: `${weightOf(notice)} · ${when}` }] },
    ...(buttons.length > 0 ? [{ type: 'actions', elements: buttons.map((each) => button(each, interactive)) }] : []),
  ]
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export const slack = defineChannel({
  type: 'slack',
  title: 'Slack',
  summary: 'Posts into one Slack channel through an incoming webhook.',
  docs: 'https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks',
  notes: [
    'Buttons are links to a page that asks before it acts. To have them act inside Slack, enter the signing secret of the',
    'app that owns the webhook, and in that app, under “Interactivity & Shortcuts”, the request URL',
    '`https://<your Xinex>/api/v1/interactions/slack/<id of this channel>`. Slack has to reach it.',
  ].join('\n'),

  settings: t.Object({
    webhook_url: secret({
      title: 'Webhook URL',
      minLength: 1,
      maxLength: 2048,
      description: 'Created in Slack under “Incoming Webhooks”; it already names the Slack channel.',
      ...ui({ placeholder: 'https://hooks.slack.com/services/…', mono: true }),
    }),
    signing_secret: t.Optional(
      secret({
        title: 'Signing secret',
        maxLength: 256,
        description: 'Makes the buttons act inside Slack: found under “Basic Information” of your Slack app.',
        ...ui({ group: 'advanced', mono: true }),
      }),
    ),
  }),
  people: true,
  // https://docs.slack.dev/apis/web-api/rate-limits: one a second, and short bursts beyond it
  limits: [{ count: 60, seconds: 60 }],

  label: ({ webhook_url }) => hostOf(webhook_url) || 'Slack',

  check: ({ webhook_url }) => urlFaults('settings.webhook_url', webhook_url),

  async send({ settings: { webhook_url, signing_secret }, notice, post }) {
    const text = headOf(notice, BODY, { escaped: escapeMrkdwn })
    // `text` is what phones show in the notification; `mrkdwn: false` keeps markup in it literal.
    const { status } = await post(webhook_url, {
      json: { text, mrkdwn: false, blocks: blocks(notice, !!signing_secret) },
    })
    return { answer: String(status) }
  },
})
