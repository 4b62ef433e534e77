import { Type as t } from '@sinclair/typebox'
import { defineChannel, type Notice } from '#channels/define'
import { buttonsOf, headOf, jsonBytes, weightOf } from '#channels/look'
import { fit, hostOf, urlFaults } from '#channels/text'
import { MASK, secret, ui } from '#kernel/form'

// https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook: 28 KB in all
const TITLE_BYTES = 1_000
const BODY_BYTES = 8_000
/** Each line is a block of its own; what is beyond is one last block. */
const LINES = 40
// https://learn.microsoft.com/adaptive-cards/authoring-cards/card-schema: Teams shows six actions at most
const BUTTONS = { longest: 2048, label: 80 }

const COLOUR = {
  down: 'Attention',
  up: 'Good',
  acknowledged: 'Warning',
  updated: 'Warning',
  test: 'Accent',
} satisfies Record<Notice['kind'], string>

/** Connectors (retired in May 2026) and flows of the old host (since 30 November 2025) take nothing any more. */
const RETIRED = /(^|\.)(webhook\.office\.com|logic\.azure\.com)(:\d+)?$/i

/** A text run is shown as it is; the usual text block would read Markdown, and its escapes look different on each device. */
const line = (text: string, style: object = {}) => ({
  type: 'RichTextBlock',
  inlines: [{ type: 'TextRun', text, ...style }],
})

function lines(body: string) {
  const all = fit(body.trim(), BODY_BYTES, { measure: jsonBytes }).split('\n')
  const shown = all.length > LINES ? [...all.slice(0, LINES - 1), all.slice(LINES - 1).join(' ')] : all
  return shown.filter((text) => text.trim()).map((text) => ({ ...line(text), spacing: 'None' }))
}

function card(notice: Notice) {
  const { kind, body, at } = notice
  const actions = buttonsOf(notice, BUTTONS).map(({ label, url }) => ({ type: 'Action.OpenUrl', title: label, url }))
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'full' },
    body: [
      line(headOf(notice, TITLE_BYTES, { measure: jsonBytes }), {
        ...{ size: 'Large', weight: 'Bolder', color: COLOUR[kind] },
      }),
      ...lines(body),
      line(`${weightOf(notice)} · ${at}`, { isSubtle: true, size: 'Small' }),
    ],
    ...(actions.length > 0 && { actions }),
  }
}

/** https://support.microsoft.com/office/create-incoming-webhooks-with-workflows-for-microsoft-teams-8ae491c7-0394-4861-ba59-055e33f75498 */
export const msteams = defineChannel({
  type: 'msteams',
  title: 'Microsoft Teams',
  summary: 'Posts a card into a Teams channel or chat through a workflow.',
  docs: 'https://support.microsoft.com/office/create-incoming-webhooks-with-workflows-for-microsoft-teams-8ae491c7-0394-4861-ba59-055e33f75498',
  notes:
    'Make a workflow from the template “Send webhook alerts to a channel”. Teams answers before the workflow has run: a card that it cannot post is seen only in the run history of the workflow.',

  settings: t.Object({
    webhook_url: secret({
      title: 'Workflow URL',
      minLength: 1,
      maxLength: 2048,
      description: 'Shown by Teams when the workflow “Send webhook alerts to a channel” has been made.',
      ...ui({ placeholder: 'https://….environment.api.powerplatform.com/…', mono: true }),
    }),
  }),
  people: true,
  // https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using#rate-limiting-for-connectors
  limits: [
    { count: 4, seconds: 1 },
    { count: 60, seconds: 30 },
  ],

  label: ({ webhook_url }) => hostOf(webhook_url) || 'Microsoft Teams',

  check({ webhook_url }) {
    const retired = webhook_url !== MASK && RETIRED.test(hostOf(webhook_url))
    return {
      ...urlFaults('settings.webhook_url', webhook_url),
      ...(retired && { 'settings.webhook_url': 'Microsoft has switched this kind of address off: make a workflow.' }),
    }
  },

  async send({ settings: { webhook_url }, notice, post }) {
    const contentType = 'application/vnd.microsoft.card.adaptive'
    const { status } = await post(webhook_url, {
      json: { type: 'message', attachments: [{ contentType, contentUrl: null, content: card(notice) }] },
    })
    return { answer: String(status) }
  },
})
