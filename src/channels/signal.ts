import { Type as t } from '@sinclair/typebox'
import { DeliveryError, defineChannel, type Notice } from '#channels/define'
import { buttonsOf, headOf, plainLinks } from '#channels/look'
import { fieldOf } from '#channels/post'
import { fit, hostOf, urlFaults } from '#channels/text'
import { secret, ui } from '#kernel/form'

// https://github.com/signalapp/Signal-Android (MessageUtil.MAX_MESSAGE_SIZE_BYTES): beyond 2,048 bytes a text becomes an attachment
const MESSAGE_BYTES = 2_000
const TITLE_BYTES = 250
const measure = (text: string) => Buffer.byteLength(text)

/** A number with its country, a user name, or a group as the API writes it. */
const RECIPIENT = '^(\\+[0-9]{5,15}|group\\.[A-Za-z0-9+/=]{10,120}|u:[A-Za-z0-9_.]{3,64})$'

function messageOf(notice: Notice): string {
  const title = headOf(notice, TITLE_BYTES, { measure })
  const links = plainLinks(buttonsOf(notice, { longest: 400 }))
  const room = MESSAGE_BYTES - measure(title) - measure(links) - 2
  return [title, fit(notice.body.trim(), room, { measure }), links].filter(Boolean).join('\n')
}

/** https://bbernhard.github.io/signal-cli-rest-api/ */
export const signal = defineChannel({
  type: 'signal',
  title: 'Signal',
  summary: 'Sends a Signal message through your own signal-cli-rest-api.',
  docs: 'https://github.com/bbernhard/signal-cli-rest-api',

  settings: t.Object({
    server: t.String({
      title: 'Server',
      format: 'uri',
      minLength: 1,
      maxLength: 2048,
      description: 'Address of your signal-cli-rest-api.',
      ...ui({ placeholder: 'http://signal.example.com:8080', mono: true }),
    }),
    number: t.String({
      title: 'Sender',
      pattern: '^\\+[0-9]{5,15}$',
      description: 'The number that is registered there, with its country.',
      ...ui({ placeholder: '+4915112345678', mono: true, span: 1 }),
    }),
    recipients: t.Array(t.String({ pattern: RECIPIENT, maxLength: 128 }), {
      title: 'Recipients',
      minItems: 1,
      maxItems: 20,
      description: 'Numbers with their country, groups as “group.…”, or user names as “u:…”.',
      ...ui({ widget: 'list', placeholder: '+4915187654321' }),
    }),
    user: t.Optional(
      t.String({
        title: 'User',
        maxLength: 256,
        description: 'Only if a proxy in front of it asks for one.',
        ...ui({ group: 'advanced', span: 1 }),
      }),
    ),
    password: t.Optional(
      secret({ title: 'Password', description: 'Belongs to the user.', ...ui({ group: 'advanced', span: 1 }) }),
    ),
  }),
  people: true,
  personal: ['recipients'],

  label: ({ recipients: [first = '', ...more] }) => (more.length > 0 ? `${first} and ${more.length} more` : first),

  check({ server, user, password }) {
    return {
      ...urlFaults('settings.server', server),
      ...(password && !user && { 'settings.user': 'Enter the user that this password belongs to.' }),
    }
  },

  async send({ settings: { server, number, recipients, user, password }, notice, post }) {
    if (!hostOf(server)) throw new DeliveryError('The address of the server is not valid.', 'disable')
    const basic = user && Buffer.from(`${user}:${password ?? ''}`).toString('base64')
    const answer = await post(`${server.replace(/\/+$/, '')}/v2/send`, {
      headers: basic ? { authorization: `Basic ${basic}` } : {},
      // Said, because the server may be set to read markup by default.
      json: { number, recipients, message: messageOf(notice), text_mode: 'normal' },
    })
    const id = fieldOf(answer.json(), 'timestamp')
    return { answer: String(answer.status), ...(typeof id === 'string' && { external_id: id }) }
  },
})
