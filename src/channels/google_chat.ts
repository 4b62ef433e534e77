import { Type as t } from '@sinclair/typebox'
import { defineChannel, type Notice } from '#channels/define'
import { buttonsOf, headOf, hexColourOf, jsonBytes, weightOf } from '#channels/look'
import { fieldOf } from '#channels/post'
import { escapeHtml, fit, hostOf, urlFaults } from '#channels/text'
import { secret, ui } from '#kernel/form'

// https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages: 32,000 bytes with text and cards
const TITLE = 1_000
const BODY = 12_000
// https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages#thread: 4,000 characters
const THREAD = 4_000

const measure = jsonBytes
/** Cards read a little HTML: https://developers.google.com/workspace/chat/format-messages#card-formatting */
const inCard = { escaped: escapeHtml, measure }

function card(notice: Notice) {
  const { body } = notice
  const title = `<font color="${hexColourOf(notice)}"><b>${headOf(notice, TITLE, inCard)}</b></font>`
  const buttons = buttonsOf(notice).map(({ label, url }) => ({ text: label, onClick: { openLink: { url } } }))
  const widgets = [
    { decoratedText: { topLabel: weightOf(notice), text: title, bottomLabel: notice.at, wrapText: true } },
    ...(body.trim() ? [{ textParagraph: { text: fit(body.trim(), BODY, inCard) } }] : []),
    ...(buttons.length > 0 ? [{ buttonList: { buttons } }] : []),
  ]
  return { cardId: 'notice', card: { sections: [{ widgets }] } }
}

/** Answers of one incident stand below its first message; Google starts the thread when there is none yet. */
function threaded(webhook_url: string): string {
  if (!URL.canParse(webhook_url)) return webhook_url
  const url = new URL(webhook_url)
  url.searchParams.set('messageReplyOption', 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD')
  return url.href
}

/** https://developers.google.com/workspace/chat/quickstart/webhooks */
export const googleChat = defineChannel({
  type: 'google_chat',
  title: 'Google Chat',
  summary: 'Posts a card into a Google Chat space, one thread for each incident.',
  docs: 'https://developers.google.com/workspace/chat/quickstart/webhooks',

  settings: t.Object({
    webhook_url: secret({
      title: 'Webhook URL',
      minLength: 1,
      maxLength: 2048,
      description: 'Created in the space under “Apps & integrations → Webhooks”.',
      ...ui({ placeholder: 'https://chat.googleapis.com/v1/spaces/…/messages?key=…', mono: true }),
    }),
  }),
  people: true,
  // https://developers.google.com/workspace/chat/limits: one a second into one space
  limits: [
    { count: 5, seconds: 5 },
    { count: 60, seconds: 60 },
  ],

  label: ({ webhook_url }) => hostOf(webhook_url) || 'Google Chat',

  check: ({ webhook_url }) => urlFaults('settings.webhook_url', webhook_url),

  async send({ settings: { webhook_url }, notice, post }) {
    const { subject } = notice
    const answer = await post(subject ? threaded(webhook_url) : webhook_url, {
      json: {
        fallbackText: headOf(notice, TITLE, { measure }),
        cardsV2: [card(notice)],
        ...(subject && { thread: { threadKey: `xinex-${subject}`.slice(0, THREAD) } }),
      },
    })
    const name = fieldOf(answer.json(), 'name')
    return { answer: String(answer.status), ...(typeof name === 'string' && { external_id: name }) }
  },
})
