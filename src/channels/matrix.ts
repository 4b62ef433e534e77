import { Type as t } from '@sinclair/typebox'
import { DeliveryError, defineChannel, type Notice } from '#channels/define'
import { type Button, buttonsOf, headOf, hexColourOf, jsonBytes, plainLinks } from '#channels/look'
import { fieldOf } from '#channels/post'
import { escapeHtml, fit, hostOf, urlFaults } from '#channels/text'
import { secret, ui } from '#kernel/form'

// https://spec.matrix.org/latest/client-server-api/#size-limits: 65,536 bytes for the event, in which the text stands twice
const TITLE = 1_000
const BODY = 16_000

const link = ({ label, url }: Button) => `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`

/** Plain for those who show no HTML, and HTML of the few tags that every client knows. */
function content(notice: Notice) {
  const measure = jsonBytes
  const buttons = buttonsOf(notice, { longest: 1024 })
  const text = notice.body.trim()
  const colour = hexColourOf(notice)
  const title = `<font color="${colour}" data-mx-color="${colour}"><b>${headOf(notice, TITLE, { measure, escaped: escapeHtml })}</b></font>`
  const body = fit(text, BODY, { measure, escaped: escapeHtml }).replaceAll('\n', '<br>')
  return {
    // Not m.notice, which stays silent on phones.
    msgtype: 'm.text',
    body: [headOf(notice, TITLE, { measure }), fit(text, BODY, { measure }), plainLinks(buttons)]
      .filter(Boolean)
      .join('\n'),
    format: 'org.matrix.custom.html',
    formatted_body: [title, body, buttons.map(link).join(' · ')].filter(Boolean).join('<br>'),
    // https://spec.matrix.org/latest/client-server-api/#user-and-room-mentions: says that nobody is mentioned, so “@room” calls nobody
    'm.mentions': {},
  }
}

/** https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid */
export const matrix = defineChannel({
  type: 'matrix',
  title: 'Matrix',
  summary: 'Writes into a Matrix room as your bot.',
  docs: 'https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid',
  notes:
    'The bot has to be in the room already. Rooms with encryption work, but this message in them is not encrypted.',

  settings: t.Object({
    server: t.String({
      title: 'Homeserver',
      format: 'uri',
      minLength: 1,
      maxLength: 2048,
      description: 'Address of the server where the bot has its account.',
      ...ui({ placeholder: 'https://matrix.example.com', mono: true }),
    }),
    room_id: t.String({
      title: 'Room id',
      pattern: '^![^\\s]{1,254}$',
      description: 'Found in the settings of the room under “Advanced”; it begins with an exclamation mark.',
      ...ui({ placeholder: '!abcdefg:example.com', mono: true }),
    }),
    access_token: secret({
      title: 'Access token',
      minLength: 1,
      maxLength: 1024,
      description: 'Of the account that writes.',
      ...ui({ placeholder: 'syt_…', mono: true }),
    }),
  }),
  people: true,
  personal: ['room_id'],
  // https://element-hq.github.io/synapse/latest/usage/configuration/config_documentation.html#rc_message: 10 at once, then one in 5 s
  limits: [{ count: 10, seconds: 50 }],

  label: ({ server, room_id }) => `${room_id} at ${hostOf(server)}`,

  check: ({ server }) => urlFaults('settings.server', server),

  async send({ settings: { server, room_id, access_token }, notice, post }) {
    if (!hostOf(server)) throw new DeliveryError('The address of the homeserver is not valid.', 'disable')
    const base = `${server.replace(/\/+$/, '')}/_matrix/client/v3/rooms/${encodeURIComponent(room_id)}`
    // The server takes a second message of the same id for the first, so a repeated attempt is shown once.
    const answer = await post(`${base}/send/m.room.message/${encodeURIComponent(notice.delivery_id)}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${access_token}` },
      json: content(notice),
    })
    const id = fieldOf(answer.json(), 'event_id')
    return { answer: String(answer.status), ...(typeof id === 'string' && { external_id: id }) }
  },
})
