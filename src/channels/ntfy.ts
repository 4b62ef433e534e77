import { Type as t } from '@sinclair/typebox'
import { defineChannel, type Notice } from '#channels/define'
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
const SERVER = 'https://ntfy.sh'
const measure = (text: string) => Buffer.byteLength(text)

function priorityOf({ kind, severity, urgent }: Notice, chosen: keyof typeof LEVELS | 'auto'): number {
  if (chosen !== 'auto') return LEVELS[chosen]
  if (kind !== 'down') return LEVELS.default
  return urgent ? LEVELS.max : BY_SEVERITY[severity]
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
    const answer = await post(server, {
      headers: authorization ? { authorization } : {},
      json: {
        topic,
        title: fit(oneLine(notice.title), TITLE_BYTES, { measure }),
        // An empty message would be replaced by the word "triggered".
        message: fit(notice.body.trim() || oneLine(notice.title), MESSAGE_BYTES, { measure }),
        tags: [TAG[notice.kind]],
        priority: priorityOf(notice, priority),
        ...(notice.url && { click: notice.url, actions: [{ action: 'view', label: 'Open', url: notice.url }] }),
      },
    })
    const id = fieldOf(answer.json(), 'id')
    return { answer: String(answer.status), ...(typeof id === 'string' && { external_id: id }) }
  },
})
