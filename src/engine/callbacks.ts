import { DeliveryError } from '#channels/define'
import { postWith } from '#channels/post'
import { botUrl } from '#channels/telegram'
import { baseUrl } from '#engine/notice'
import type { App } from '#kernel/context'
import type { Vault } from '#kernel/secrets'

type Core = Omit<App, 'engine'>
/** A stored channel with its secrets in plain text. */
export type Stored = { id: string; type: string; settings: Record<string, unknown> }

const TIMEOUT_MS = 5_000

/** Where a provider calls when somebody presses a button. */
export const callbackUrl = (config: Core['config'], { id, type }: Pick<Stored, 'id' | 'type'>) =>
  `${baseUrl(config)}/api/v1/interactions/${type}/${id}`

/** What Telegram has to show with every call, so that nobody else can make one. */
export const telegramSecret = (vault: Pick<Vault, 'sign'>, id: string) => vault.sign('telegram-callback', id)

const textOf = (value: unknown) => (typeof value === 'string' ? value : '')

/** Calls one method of the channel's bot; throws DeliveryError. */
export function callBot(
  { net, clock }: Pick<Core, 'net' | 'clock'>,
  settings: Stored['settings'],
  method: string,
  json: object,
) {
  const { bot_token, server } = settings
  const post = postWith(net, { timeout_ms: TIMEOUT_MS, now: clock.now })
  return post(botUrl({ bot_token: textOf(bot_token), server: textOf(server) || undefined }, method), { json })
}

/**
 * Tells a bot whose buttons are to act where they lead. The other providers are told by a person, in their own settings.
 * https://core.telegram.org/bots/api#setwebhook
 */
export async function connectButtons(app: Core, stored: Stored): Promise<void> {
  const { id, type, settings } = stored
  if (type !== 'telegram' || settings.interactive !== true) return
  const url = callbackUrl(app.config, stored)
  // A server of their own may call any address; the public one calls only those.
  if (!url.startsWith('https://') && !settings.server)
    throw new DeliveryError('Telegram calls only https:// addresses: XINEX_PUBLIC_URL has to be one.', 'disable')
  const secret_token = telegramSecret(app.vault, id)
  await callBot(app, settings, 'setWebhook', { url, secret_token, allowed_updates: ['callback_query'] })
}

/** The same after a change: it is saved in any case, and a test says what is wrong. */
export async function connectButtonsQuietly(app: Core, stored: Stored): Promise<void> {
  try {
    await connectButtons(app, stored)
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error
    app.log.warn('A bot could not be told where its buttons lead', { channel: stored.id, reason: error.message })
  }
}
