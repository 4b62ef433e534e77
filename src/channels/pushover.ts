import { Type as t } from '@sinclair/typebox'
import { type Answer, DeliveryError, defineChannel, type Notice } from '#channels/define'
import { actionKeys, buttonsOf, plainLinks } from '#channels/look'
import { fieldOf, refusal } from '#channels/post'
import { fit, hostOf, oneLine, urlFaults } from '#channels/text'
import { oneOf, secret, ui } from '#kernel/form'

// https://pushover.net/api#limits: message 1,024, title 250, URL 512, its title 100 characters
const MESSAGE = 1024
const TITLE = 250
const LINK = 512
const SERVER = 'https://api.pushover.net'

/** https://pushover.net/api#priority: 2 is repeated until somebody confirms it, 1 passes quiet hours. */
const LEVELS = { lowest: -2, low: -1, normal: 0, high: 1, emergency: 2 }
/** https://pushover.net/api#priority: at least 30 s, for three hours at most */
const EMERGENCY = { retry: 60, expire: 3600 }

function priorityOf({ kind, urgent, severity }: Notice, chosen: keyof typeof LEVELS | 'auto'): number {
  // What is over or only changes wakes nobody, whatever is chosen for outages.
  if (kind !== 'down') return Math.min(chosen === 'auto' ? LEVELS.normal : LEVELS[chosen], LEVELS.normal)
  if (chosen !== 'auto') return LEVELS[chosen]
  return urgent ? LEVELS.high : severity === 'low' ? LEVELS.low : LEVELS.normal
}

/** Body, then what can be done as links, since Pushover has room for one link only: the way to the incident. */
function messageOf(notice: Notice): string {
  const links = plainLinks(buttonsOf(notice, { longest: LINK }).filter(({ kind }) => kind !== 'open'))
  const shown = links.length < MESSAGE / 2 ? links : ''
  const body = notice.body.trim() || oneLine(notice.title) || notice.event
  return [fit(body, MESSAGE - shown.length - 1), shown].filter(Boolean).join('\n')
}

/** Pushover answers 400 for wrong keys too, and names which. */
function refused(url: string, answer: Answer, secrets: string[]): DeliveryError {
  const wrong = ['token', 'user'].find((name) => fieldOf(answer.json(), name) === 'invalid')
  const host = new URL(url).host
  return wrong
    ? new DeliveryError(
        `${host} does not know this ${wrong === 'token' ? 'application token' : 'user key'}.`,
        'disable',
      )
    : refusal(url, answer, { secrets })
}

/** https://pushover.net/api */
export const pushover = defineChannel({
  type: 'pushover',
  title: 'Pushover',
  summary: 'Pushes to phones and desktops through Pushover, if need be until somebody confirms.',
  docs: 'https://pushover.net/api',

  settings: t.Object({
    token: secret({
      title: 'Application token',
      minLength: 1,
      maxLength: 128,
      description: 'Of an application that you create at Pushover.',
      ...ui({ mono: true }),
    }),
    user: t.String({
      title: 'User or group key',
      pattern: '^[A-Za-z0-9]{1,64}$',
      description: 'Shown at Pushover when you sign in.',
      ...ui({ mono: true }),
    }),
    device: t.Optional(
      t.String({
        title: 'Device',
        pattern: '^[A-Za-z0-9_,-]{1,200}$',
        description: 'Only to this device; several are separated by commas.',
        ...ui({ group: 'advanced', span: 1 }),
      }),
    ),
    sound: t.Optional(
      t.String({
        title: 'Sound',
        pattern: '^[A-Za-z0-9_-]{1,64}$',
        description: 'Name of a sound that Pushover knows.',
        ...ui({ group: 'advanced', span: 1 }),
      }),
    ),
    priority: t.Optional(
      oneOf(['auto', 'lowest', 'low', 'normal', 'high', 'emergency'], {
        title: 'Priority',
        default: 'auto',
        description: 'Of outages; high passes quiet hours, emergency rings each minute until somebody confirms.',
        ...ui({ group: 'advanced', widget: 'select' }),
      }),
    ),
    server: t.Optional(
      t.String({
        title: 'Server',
        format: 'uri',
        default: SERVER,
        maxLength: 2048,
        description: 'Change this only to go through a relay of your own.',
        ...ui({ group: 'advanced', mono: true }),
      }),
    ),
  }),
  people: true,
  personal: ['user', 'device'],

  label: ({ user, device }) => [`${user.slice(0, 4)}…`, device].filter(Boolean).join(' '),

  check: ({ server = SERVER }) => urlFaults('settings.server', server),

  async send({ settings: { token, user, device, sound, priority = 'auto', server = SERVER }, notice, post }) {
    if (!hostOf(server)) throw new DeliveryError('The address of the server is not valid.', 'disable')
    const url = `${server.replace(/\/+$/, '')}/1/messages.json`
    const level = priorityOf(notice, priority)
    const seconds = Math.floor(Date.parse(notice.at) / 1000)
    const answer = await post(url, {
      expect: [400],
      secrets: [token, user],
      json: {
        ...{ token, user, priority: level, message: messageOf(notice) },
        ...(notice.title.trim() && { title: fit(oneLine(notice.title), TITLE) }),
        ...(level === LEVELS.emergency && EMERGENCY),
        ...(device && { device }),
        ...(sound && { sound }),
        ...(notice.url && notice.url.length <= LINK && { url: notice.url, url_title: 'Open in Xinex' }),
        ...(Number.isFinite(seconds) && { timestamp: seconds }),
      },
    })
    if (answer.status === 400) throw refused(url, answer, [token, user, ...actionKeys(notice)])
    const id = fieldOf(answer.json(), 'receipt') ?? fieldOf(answer.json(), 'request')
    return { answer: String(answer.status), ...(typeof id === 'string' && { external_id: id }) }
  },
})
