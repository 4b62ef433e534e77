import { DeliveryError } from '#channels/define'
import { fieldOf } from '#channels/post'
import { fit, oneLine } from '#channels/text'
import { callBot, telegramSecret } from '#engine/callbacks'
import { sameText } from '#kernel/secrets'
import { type Called, forged, parsed, press } from './callback'

const text = (value: unknown) => (typeof value === 'string' ? value : '')
const rows = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** The buttons that still have something to do: links stay, what was pressed goes. */
const keyboardAfter = (markup: unknown, token: string, resolved: boolean) =>
  rows(fieldOf(markup, 'inline_keyboard'))
    .map((row) =>
      rows(row).filter((button) => {
        const data = fieldOf(button, 'callback_data')
        return data === undefined || (!resolved && data !== token)
      }),
    )
    .filter(({ length }) => length > 0)

/** One method of the bot; what was pressed is done even if Telegram cannot be told. */
async function tell({ app, settings, channel }: Called, method: string, json: object) {
  try {
    await callBot(app, settings, method, json)
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error
    app.log.warn('Telegram could not be answered', { channel: channel.id, method, reason: error.message })
  }
}

/** A button in Telegram was pressed: https://core.telegram.org/bots/api#callbackquery */
export async function telegramCall(called: Called): Promise<void> {
  const { app, channel, settings, body, header } = called
  const shown = header('x-telegram-bot-api-secret-token')
  if (settings.interactive !== true || !sameText(shown, telegramSecret(app.vault, channel.id))) throw forged()

  const query = fieldOf(parsed(body.toString()), 'callback_query')
  const token = text(fieldOf(query, 'data'))
  const callback_query_id = text(fieldOf(query, 'id'))
  if (!token || !callback_query_id) return
  const from = fieldOf(query, 'from')
  const person = text(fieldOf(from, 'username')) || text(fieldOf(from, 'first_name'))
  const { worked, sentence, resolved } = await press(called, token, { person, from: 'Telegram' })

  // Both at once: until it is answered the button shows that it works. 200 characters are shown.
  const answer = { callback_query_id, text: fit(oneLine(sentence), 200), show_alert: !worked }
  const message = fieldOf(query, 'message')
  const chat_id = fieldOf(message, 'chat', 'id')
  const message_id = fieldOf(message, 'message_id')
  const inline_keyboard = keyboardAfter(fieldOf(message, 'reply_markup'), token, resolved)
  await Promise.all([
    tell(called, 'answerCallbackQuery', answer),
    worked && chat_id !== undefined && message_id !== undefined
      ? tell(called, 'editMessageReplyMarkup', { chat_id, message_id, reply_markup: { inline_keyboard } })
      : undefined,
  ])
}
