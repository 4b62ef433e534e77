import { createHmac } from 'node:crypto'
import { DeliveryError } from '#channels/define'
import { fieldOf, postWith } from '#channels/post'
import { fit, oneLine } from '#channels/text'
import { sameText } from '#kernel/secrets'
import { type Called, forged, parsed, press, requireFresh } from './callback'

/** Slack shows an error when we have not answered after 3 s: https://docs.slack.dev/interactivity/handling-user-interaction */
const ANSWER_MS = 2_000

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function isSigned(
  secret: string,
  { body, timestamp, signature }: Record<'timestamp' | 'signature', string> & { body: Buffer },
) {
  const base = Buffer.concat([Buffer.from(`v0:${timestamp}:`), body])
  return sameText(signature, `v0=${createHmac('sha256', secret).update(base).digest('hex')}`)
}

const text = (value: unknown) => (typeof value === 'string' ? value : '')
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const escapeMrkdwn = (words: string) => words.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

/** The message as it was, without the buttons that have nothing to do any more, and with what was done. */
function updated(message: unknown, token: string, sentence: string, resolved: boolean) {
  const isOver = (element: unknown) =>
    resolved ? text(fieldOf(element, 'action_id')).startsWith('xinex:') : fieldOf(element, 'value') === token
  const blocks = list(fieldOf(message, 'blocks')).flatMap((block) => {
    if (fieldOf(block, 'type') !== 'actions') return [block]
    const elements = list(fieldOf(block, 'elements')).filter((element) => !isOver(element))
    return elements.length > 0 ? [{ ...Object(block), elements }] : []
  })
  const said = fit(oneLine(sentence), 2_000, { escaped: escapeMrkdwn })
  // 50 blocks: https://docs.slack.dev/reference/block-kit/blocks
  const note = { type: 'context', elements: [{ type: 'mrkdwn', text: said }] }
  return { replace_original: true, text: said, blocks: [...blocks.slice(0, 49), note] }
}

/** A button in Slack was pressed: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export async function slackCall(called: Called): Promise<void> {
  const { app, settings, body, header } = called
  const secret = text(settings.signing_secret)
  const timestamp = header('x-slack-request-timestamp')
  if (!secret || !isSigned(secret, { body, timestamp, signature: header('x-slack-signature') })) throw forged()
  requireFresh(called, timestamp)

  const payload = parsed(new URLSearchParams(body.toString()).get('payload') ?? '')
  const [action] = list(fieldOf(payload, 'actions'))
  const token = text(fieldOf(action, 'value'))
  if (fieldOf(payload, 'type') !== 'block_actions' || !token) return
  const user = fieldOf(payload, 'user')
  const person = text(fieldOf(user, 'name')) || text(fieldOf(user, 'username'))
  const { worked, sentence, resolved } = await press(called, token, { person, from: 'Slack' })

  const response_url = text(fieldOf(payload, 'response_url'))
  if (!response_url) return
  const json = worked
    ? updated(fieldOf(payload, 'message'), token, sentence, resolved)
    : { response_type: 'ephemeral', replace_original: false, text: sentence }
  try {
    await postWith(app.net, { timeout_ms: ANSWER_MS, now: app.clock.now })(response_url, { json })
  } catch (error) {
    // What was pressed is done; only the message still shows its button.
    if (!(error instanceof DeliveryError)) throw error
    app.log.warn('A message in Slack could not be updated', { channel: called.channel.id, reason: error.message })
  }
}
