import { Type as t } from '@sinclair/typebox'
import { defineChannel, type Notice } from '#channels/define'
import { buttonsOf, escapeMarkdown, markdownLinks } from '#channels/look'
import { fieldOf } from '#channels/post'
import { fit, hostOf, oneLine, urlFaults } from '#channels/text'
import { oneOf, secret, ui } from '#kernel/form'

/** Gotify names no limit; a phone shows no more of it. */
const TITLE = 250
const BODY = 8_000

/** https://gotify.net/docs/pushmsg and the Android app: 8 and more ring and pop up, 4 to 7 ring, 1 to 3 are silent. */
const LEVELS = { min: 0, low: 2, default: 5, high: 8, max: 10 }
const BY_SEVERITY = { critical: 8, high: 8, medium: 5, low: 3 } satisfies Record<Notice['severity'], number>

function priorityOf({ kind, severity, urgent }: Notice, chosen: keyof typeof LEVELS | 'auto'): number {
  if (chosen !== 'auto') return LEVELS[chosen]
  if (kind !== 'down') return LEVELS.default
  return urgent ? LEVELS.max : BY_SEVERITY[severity]
}

/** A line break in Markdown is two spaces before it. */
const escaped = (text: string) => escapeMarkdown(text).replace(/\n/g, '  \n')

/** https://gotify.net/docs/pushmsg */
export const gotify = defineChannel({
  type: 'gotify',
  title: 'Gotify',
  summary: 'Pushes to the phones and browsers that listen to your Gotify server.',
  docs: 'https://gotify.net/docs/pushmsg',

  settings: t.Object({
    server: t.String({
      title: 'Server',
      format: 'uri',
      minLength: 1,
      maxLength: 2048,
      description: 'Address of your Gotify server.',
      ...ui({ placeholder: 'https://gotify.example.com', mono: true }),
    }),
    token: secret({
      title: 'Application token',
      minLength: 1,
      maxLength: 256,
      description: 'Created in Gotify under “Apps”; not the token of a client.',
      ...ui({ placeholder: 'A…', mono: true }),
    }),
    priority: t.Optional(
      oneOf(['auto', 'min', 'low', 'default', 'high', 'max'], {
        title: 'Priority',
        default: 'auto',
        description: 'Automatic follows the severity, and an urgent outage has the highest.',
        ...ui({ group: 'advanced', widget: 'select' }),
      }),
    ),
  }),
  people: true,

  label: ({ server }) => hostOf(server),

  check: ({ server }) => urlFaults('settings.server', server),

  async send({ settings: { server, token, priority = 'auto' }, notice, post }) {
    const links = markdownLinks(buttonsOf(notice))
    const title = fit(oneLine(notice.title), TITLE)
    const body = fit(notice.body.trim(), BODY, { escaped })
    const answer = await post(`${server.replace(/\/+$/, '')}/message`, {
      headers: { 'x-gotify-key': token },
      json: {
        title,
        // Gotify refuses a message without text.
        message: [body, links].filter(Boolean).join('\n\n') || escapeMarkdown(title) || notice.event,
        priority: priorityOf(notice, priority),
        extras: {
          'client::display': { contentType: 'text/markdown' },
          ...(notice.url && { 'client::notification': { click: { url: notice.url } } }),
        },
      },
    })
    const id = fieldOf(answer.json(), 'id')
    return { answer: String(answer.status), ...(typeof id === 'number' && { external_id: String(id) }) }
  },
})
