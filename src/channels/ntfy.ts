import { Type as t } from '@sinclair/typebox'
import { defineChannel, type Notice } from '#channels/define'
import { buttonsOf, jsonBytes } from '#channels/look'
import { fieldOf } from '#channels/post'
import { fit, hostOf, oneLine, urlFaults } from '#channels/text'
import { oneOf, secret, ui } from '#kernel/form'

const TAG = {
  down: 'red_circle',
  up: 'green_circle',
  acknowledged: 'yellow_circle',
  updated: 'large_orange_diamond',
  test: 'test_tube',
} satisfies Record<Notice['kind'], string>

/** https://docs.ntfy.sh/publish/#message-priority: 5 rings through "do not disturb", 1 makes no sound. */
const LEVELS = { min: 1, low: 2, default: 3, high: 4, max: 5 }
const BY_SEVERITY = { critical: 5, high: 4, medium: 3, low: 2 } satisfies Record<Notice['severity'], number>

// https://docs.ntfy.sh/publish/#limitations: 4,096 bytes; a longer message would arrive as an attached file
const MESSAGE_BYTES = 4096
const TITLE_BYTES = 250
// https://github.com/binwiederhier/ntfy/blob/main/server/server.go (readJSONWithLimit): twice the message, for all of the JSON
const JSON_BYTES = 2 * MESSAGE_BYTES
// https://docs.ntfy.sh/publish/#action-buttons: three at most
const BUTTONS = 3
const SERVER = 'https://ntfy.sh'
const measure = (text: string) => Buffer.byteLength(text)

function priorityOf({ kind, severity, urgent }: Notice, chosen: keyof typeof LEVELS | 'auto'): number {
  if (chosen !== 'auto') return LEVELS[chosen]
  if (kind !== 'down') return LEVELS.default
  return urgent ? LEVELS.max : BY_SEVERITY[severity]
}

/** Buttons of the notification itself: what can be done is done by a POST from the phone, without opening anything. */
const actionsOf = (notice: Notice) =>
  buttonsOf(notice, { longest: 512, label: 40 })
    .slice(-BUTTONS)
    .map(({ kind, label, url }) =>
      kind === 'open'
        ? { action: 'view', label: 'Open', url }
        : { action: 'http', label, url, method: 'POST', clear: true },
    )

/** The message in its 4,096 bytes, and short enough that nothing around it exceeds what the server reads. */
function messageOf({ body, title }: Notice, around: object): string {
  const room = JSON_BYTES - Buffer.byteLength(JSON.stringify(around)) - 16
  // An empty message would be replaced by the word "triggered".
  const message = fit(body.trim() || oneLine(title), MESSAGE_BYTES, { measure })
  return fit(message, room, { measure: jsonBytes })
}

/** https://docs.ntfy.sh/publish/#publish-as-json */
export const ntfy = defineChannel({
  type: 'ntfy',
  title: 'ntfy',
  summary: 'Pushes to phones and desktops subscribed to an ntfy topic.',
  docs: 'https://docs.ntfy.sh/',

  settings: t.Object({
    server: t.Optional(
      t.String({
        title: 'Server',
        format: 'uri',
        default: SERVER,
        maxLength: 2048,
        description: 'The public server or your own.',
        ...ui({ mono: true }),
      }),
    ),
    topic: t.String({
      title: 'Topic',
      pattern: '^[-_A-Za-z0-9]{1,64}$',
      description: 'Anyone who knows the name of an unprotected topic can read it.',
      ...ui({ mono: true }),
    }),
    token: t.Optional(
      secret({
        title: 'Access token',
        description: 'For protected topics; leave it empty to use user and password.',
        ...ui({ placeholder: 'tk_…', mono: true }),
      }),
    ),
    user: t.Optional(
      t.String({
        title: 'User',
        maxLength: 256,
        description: 'For protected topics without a token.',
        ...ui({ group: 'advanced', span: 1 }),
      }),
    ),
    password: t.Optional(
      secret({ title: 'Password', description: 'Belongs to the user.', ...ui({ group: 'advanced', span: 1 }) }),
    ),
    priority: t.Optional(
      oneOf(['auto', 'min', 'low', 'default', 'high', 'max'], {
        title: 'Priority',
        default: 'auto',
        description: 'Automatic follows the severity, and an urgent outage rings through “do not disturb”.',
        ...ui({ group: 'advanced', widget: 'select' }),
      }),
    ),
  }),

  people: true,
  personal: ['topic'],
  // https://docs.ntfy.sh/publish/#limitations: 60 at once, then one in 5 s
  limits: [{ count: 60, seconds: 300 }],

  label: ({ server = SERVER, topic }) => `${hostOf(server)}/${topic}`,

  check({ server = SERVER, token, user, password }) {
    return {
      ...urlFaults('settings.server', server),
      ...(token && user && { 'settings.user': 'Use either the token or user and password.' }),
      ...(password && !user && { 'settings.user': 'Enter the user that this password belongs to.' }),
    }
  },

  async send({ settings: { server = SERVER, topic, token, user, password, priority = 'auto' }, notice, post }) {
    const basic = user && Buffer.from(`${user}:${password ?? ''}`).toString('base64')
    const authorization = token ? `Bearer ${token}` : basic && `Basic ${basic}`
    const actions = actionsOf(notice)
    const json = {
      topic,
      title: fit(oneLine(notice.title), TITLE_BYTES, { measure }),
      tags: [TAG[notice.kind]],
      priority: priorityOf(notice, priority),
      ...(notice.url && notice.url.length <= 1024 && { click: notice.url }),
      ...(actions.length > 0 && { actions }),
    }
    const answer = await post(server, {
      headers: authorization ? { authorization } : {},
      json: { ...json, message: messageOf(notice, json) },
    })
    const id = fieldOf(answer.json(), 'id')
    return { answer: String(answer.status), ...(typeof id === 'string' && { external_id: id }) }
  },
})
