import { Type as t } from '@sinclair/typebox'
import { defineChannel, type Notice } from '#channels/define'
import { fit, hostOf, oneLine, urlFaults } from '#channels/text'
import { secret, ui } from '#kernel/form'

const SIGN = { down: '🔴', up: '🟢', acknowledged: '🟡', updated: '🟠', test: '🔵' } satisfies Record<
  Notice['kind'],
  string
>

// https://docs.slack.dev/reference/block-kit/blocks/header-block: 150 characters
const TITLE = 150
// https://docs.slack.dev/reference/block-kit/blocks/section-block: 3000 characters
const BODY = 3000
// https://docs.slack.dev/reference/block-kit/block-elements/button-element: 3000 characters
const LINK = 3000

/** https://docs.slack.dev/messaging/formatting-message-text#escaping: these three and no others. */
const escapeMrkdwn = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

/** Plain text objects know no mentions, links, markup or emoji codes, so nobody's monitor name can page a channel. */
const plain = (text: string) => ({ type: 'plain_text', text, emoji: false })

function blocks({ title, body, url, kind, severity, at }: Notice) {
  const seconds = Math.floor(Date.parse(at) / 1000)
  const when = Number.isFinite(seconds)
    ? `<!date^${seconds}^{date_short_pretty} {time_secs}|${escapeMrkdwn(at)}>`
    : escapeMrkdwn(at)
  return [
    { type: 'header', text: plain(fit(`${SIGN[kind]} ${oneLine(title)}`, TITLE, { escaped: escapeMrkdwn })) },
    ...(body.trim() ? [{ type: 'section', text: plain(fit(body, BODY, { escaped: escapeMrkdwn })) }] : []),
    { type: 'context', elements: [{ type: 'mrkdwn', text: `${kind === 'test' ? 'Test' : severity} · ${when}` }] },
    ...(url && url.length <= LINK
      ? [{ type: 'actions', elements: [{ type: 'button', text: plain('Open in Xinex'), url }] }]
      : []),
  ]
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export const slack = defineChannel({
  type: 'slack',
  title: 'Slack',
  summary: 'Posts into one Slack channel through an incoming webhook.',
  docs: 'https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks',

  settings: t.Object({
    webhook_url: secret({
      title: 'Webhook URL',
      minLength: 1,
      maxLength: 2048,
      description: 'Created in Slack under “Incoming Webhooks”; it already names the Slack channel.',
      ...ui({ placeholder: 'https://hooks.slack.com/services/…', mono: true }),
    }),
  }),

  label: ({ webhook_url }) => hostOf(webhook_url) || 'Slack',

  check: ({ webhook_url }) => urlFaults('settings.webhook_url', webhook_url),

  async send({ settings: { webhook_url }, notice, post }) {
    const text = fit(`${SIGN[notice.kind]} ${oneLine(notice.title)}`, BODY, { escaped: escapeMrkdwn })
    // `text` is what phones show in the notification; `mrkdwn: false` keeps markup in it literal.
    const { status } = await post(webhook_url, { json: { text, mrkdwn: false, blocks: blocks(notice) } })
    return { answer: String(status) }
  },
})
