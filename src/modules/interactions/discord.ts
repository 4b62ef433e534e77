import { createPublicKey, verify } from 'node:crypto'
import { escapeMarkdown } from '#channels/look'
import { fieldOf } from '#channels/post'
import { fit, oneLine } from '#channels/text'
import { type Called, forged, parsed, press, requireFresh } from './callback'

/** What stands before the 32 bytes of an Ed25519 key: https://www.rfc-editor.org/rfc/rfc8410#section-10.1 */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const hex = (value: unknown, bytes: number) =>
  typeof value === 'string' && new RegExp(`^[0-9a-fA-F]{${bytes * 2}}$`).test(value)
    ? Buffer.from(value, 'hex')
    : undefined

/** https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers */
export function isSigned(
  public_key: unknown,
  { body, timestamp, signature }: Record<'timestamp' | 'signature', string> & { body: Buffer },
) {
  const key = hex(public_key, 32)
  const signed = hex(signature, 64)
  if (!key || !signed) return false
  try {
    const spki = createPublicKey({ key: Buffer.concat([SPKI, key]), format: 'der', type: 'spki' })
    return verify(null, Buffer.concat([Buffer.from(timestamp), body]), spki, signed)
  } catch {
    // Not every 32 bytes are a key.
    return false
  }
}

// https://docs.discord.com/developers/interactions/receiving-and-responding
const PING = 1
const MESSAGE_COMPONENT = 3
const REPLY = { pong: 1, message: 4, update: 7 }
/** Only whoever pressed sees it: https://docs.discord.com/developers/resources/message#message-object-message-flags */
const EPHEMERAL = 64

const text = (value: unknown) => (typeof value === 'string' ? value : '')
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** The rows without the buttons that have nothing to do any more; links stay. */
const rowsAfter = (message: unknown, pressed: string, resolved: boolean) =>
  list(fieldOf(message, 'components')).flatMap((row) => {
    const components = list(fieldOf(row, 'components')).filter((button) => {
      const id = text(fieldOf(button, 'custom_id'))
      return !(resolved ? id.startsWith('xinex:') : id === pressed)
    })
    return components.length > 0 ? [{ ...Object(row), components }] : []
  })

const said = (sentence: string) => ({
  content: fit(oneLine(sentence), 2_000, { escaped: escapeMarkdown }),
  allowed_mentions: { parse: [] },
})

/** Discord asks whether we are there, or a button was pressed. The answer is what happens to the message. */
export async function discordCall(called: Called): Promise<object> {
  const { settings, body, header } = called
  const timestamp = header('x-signature-timestamp')
  if (!isSigned(settings.public_key, { body, timestamp, signature: header('x-signature-ed25519') })) throw forged()
  requireFresh(called, timestamp)

  const interaction = parsed(body.toString())
  const custom_id = text(fieldOf(interaction, 'data', 'custom_id'))
  if (fieldOf(interaction, 'type') === PING) return { type: REPLY.pong }
  if (fieldOf(interaction, 'type') !== MESSAGE_COMPONENT || !custom_id)
    return { type: REPLY.message, data: { ...said('This is nothing that Xinex knows.'), flags: EPHEMERAL } }
  const user = fieldOf(interaction, 'member', 'user') ?? fieldOf(interaction, 'user')
  const person = text(fieldOf(user, 'global_name')) || text(fieldOf(user, 'username'))
  const token = custom_id.split(':').at(-1) ?? ''
  const { worked, sentence, resolved } = await press(called, token, { person, from: 'Discord' })
  if (!worked) return { type: REPLY.message, data: { ...said(sentence), flags: EPHEMERAL } }
  const components = rowsAfter(fieldOf(interaction, 'message'), custom_id, resolved)
  return { type: REPLY.update, data: { ...said(sentence), components } }
}
