import { Type as t } from '@sinclair/typebox'
import { type Answer, DeliveryError, defineChannel, type Notice } from '#channels/define'
import { actionKeys, buttonsOf, linkable, plainLinks, SIGN } from '#channels/look'
import { fieldOf, refusal } from '#channels/post'
import { escapeHtml, fit, hostOf, oneLine, secretsIn, urlFaults } from '#channels/text'
import { MASK, secret, ui } from '#kernel/form'

// https://core.telegram.org/bots/api#sendmessage: 1-4096 characters after entities parsing; counted before it, to be safe.
const MESSAGE = 4096
const TITLE = 512
const SERVER = 'https://api.telegram.org'

// https://core.telegram.org/bots/api#inlinekeyboardbutton: 1-64 bytes
const CALLBACK_BYTES = 64

/** Title in bold, then the body, then the link as text: Telegram drops links to hosts it does not know when they hide behind words. */
function text({ kind, title, body, url }: Notice, more = ''): string {
  const head = `${SIGN[kind]} <b>${fit(oneLine(title), TITLE, { escaped: escapeHtml })}</b>`
  const link = [more, url.length <= 2048 ? url : ''].filter(Boolean).map(escapeHtml).join('\n')
  const room = MESSAGE - head.length - link.length - 2
  return [head, fit(body, room, { escaped: escapeHtml }), link].filter(Boolean).join('\n')
}

/** What can be done as buttons; as text what Telegram would take for no link and refuse with the entire message. */
function keyboard(notice: Notice, interactive: boolean) {
  const actions = buttonsOf(notice, { longest: 512, label: 64 }).filter(({ kind }) => kind !== 'open')
  const buttons = actions.flatMap(({ label, url, token }): { text: string; url?: string; callback_data?: string }[] => {
    if (interactive && token && Buffer.byteLength(token) <= CALLBACK_BYTES)
      return [{ text: label, callback_data: token }]
    return linkable(url) ? [{ text: label, url }] : []
  })
  const asText = buttons.length < actions.length
  return {
    links: asText ? plainLinks(actions) : '',
    reply_markup: asText || buttons.length === 0 ? undefined : { inline_keyboard: [buttons] },
  }
}

/** Where one method of a bot is called. */
export const botUrl = ({ bot_token, server = SERVER }: { bot_token: string; server?: string }, method: string) =>
  `${server.replace(/\/+$/, '')}/bot${encodeURIComponent(bot_token).replace('%3A', ':')}/${method}`

/** A group that became a supergroup has a new id, which only the answer tells. */
function moved(url: string, answer: Answer, notice: Notice): DeliveryError {
  const id = fieldOf(answer.json(), 'parameters', 'migrate_to_chat_id')
  // Telegram quotes the link of a button that it does not take.
  if (typeof id !== 'number') return refusal(url, answer, { secrets: [...secretsIn(url), ...actionKeys(notice)] })
  return new DeliveryError(`The Telegram group was upgraded: change its chat id to ${id}.`, 'disable')
}

/** https://core.telegram.org/bots/api#sendmessage */
export const telegram = defineChannel({
  type: 'telegram',
  title: 'Telegram',
  summary: 'Sends a message from your bot to a person, group or channel.',
  docs: 'https://core.telegram.org/bots/features#botfather',
  notes: [
    'Buttons are links to a page that asks before it acts. With “Buttons that act” they act inside Telegram: saving or',
    'testing the channel tells the bot (`setWebhook`) to call',
    '`https://<your Xinex>/api/v1/interactions/telegram/<id of this channel>`. Telegram has to reach it by https, and a bot',
    'has one such address: a program that polls the same bot hears nothing any more.',
  ].join('\n'),

  settings: t.Object({
    bot_token: secret({
      title: 'Bot token',
      minLength: 1,
      maxLength: 256,
      description: 'The token that @BotFather gave you.',
      ...ui({ placeholder: '123456789:AA…', mono: true }),
    }),
    chat_id: t.String({
      title: 'Chat id',
      pattern: '^(-?[0-9]{1,20}|@[A-Za-z0-9_]{4,32})$',
      description: 'Number of the person or group (groups are negative), or @name of a public channel.',
      ...ui({ placeholder: '-1001234567890', mono: true }),
    }),
    thread_id: t.Optional(
      t.Integer({
        title: 'Topic id',
        minimum: 1,
        description: 'Posts into one topic of a group that has topics.',
        ...ui({ group: 'advanced', span: 1 }),
      }),
    ),
    silent: t.Optional(
      t.Boolean({
        title: 'Silent',
        default: false,
        description: 'Delivers without a sound.',
        ...ui({ group: 'advanced', span: 1 }),
      }),
    ),
    interactive: t.Optional(
      t.Boolean({
        title: 'Buttons that act',
        default: false,
        description: 'The buttons act inside Telegram; saving sets the webhook of the bot to this Xinex.',
        ...ui({ group: 'advanced', span: 1 }),
      }),
    ),
    server: t.Optional(
      t.String({
        title: 'Bot API server',
        format: 'uri',
        default: SERVER,
        maxLength: 2048,
        description: 'Change this only if you run your own Bot API server.',
        ...ui({ group: 'advanced', mono: true }),
      }),
    ),
  }),

  people: true,
  personal: ['chat_id'],
  // https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: 20 a minute to one group
  limits: [{ count: 20, seconds: 60 }],

  label: ({ chat_id }) => chat_id,

  check({ bot_token, server = SERVER }) {
    return {
      ...urlFaults('settings.server', server),
      ...(bot_token !== MASK &&
        /[^\w:.-]/.test(bot_token) && {
          'settings.bot_token': 'A token has only letters, digits, - and _ behind a colon.',
        }),
    }
  },

  async send({ settings, notice, post }) {
    const { bot_token, chat_id, thread_id, silent, interactive, server = SERVER } = settings
    if (!hostOf(server)) throw new DeliveryError('The address of the Bot API server is not valid.', 'disable')
    const url = botUrl({ bot_token, server }, 'sendMessage')
    const { links, reply_markup } = keyboard(notice, !!interactive)
    const answer = await post(url, {
      expect: [400],
      json: {
        chat_id,
        text: text(notice, links),
        parse_mode: 'HTML',
        link_preview_options: { is_disabled: true },
        ...(thread_id && { message_thread_id: thread_id }),
        ...(silent && { disable_notification: true }),
        ...(reply_markup && { reply_markup }),
      },
    })
    if (answer.status === 400) throw moved(url, answer, notice)
    const id = fieldOf(answer.json(), 'result', 'message_id')
    return { answer: String(answer.status), ...(typeof id === 'number' && { external_id: String(id) }) }
  },
})
