import { AppError } from '#kernel/fail'
import { bodyOf } from './body'
import { textIn } from './door-own'
import { pagerduty, routingFaults } from './pagerduty'
import type { Taker } from './take'
import { objectOf } from './words'

/** The Events API v2 of PagerDuty: https://developer.pagerduty.com/docs/send-alert-event */

const invalid = (...errors: string[]) =>
  Response.json({ status: 'invalid event', message: 'Event object is invalid', errors }, { status: 400 })
const unreadable = () =>
  Response.json(
    { status: 'Unrecognized object', message: 'Event object format is unrecognized', errors: ['JSON parse error'] },
    { status: 400 },
  )
const words: Record<number, string> = { 403: 'forbidden', 429: 'throttle exceeded', 503: 'error' }

/** Every refusal in their words, or their clients could not say why. */
function inTheirWords(error: unknown): Response {
  if (!(error instanceof AppError)) throw error
  const { status, message, headers } = error
  if (status === 404) return invalid('Invalid routing key')
  return Response.json({ status: words[status] ?? 'error', message, errors: [message] }, { status, headers })
}

export function enqueueDoor({ admit, takeIn }: Taker) {
  async function enqueue(request: Request): Promise<Response> {
    const body = bodyOf(textIn(request), false)
    if ('fault' in body) return unreadable()
    const { routing_key } = objectOf(body.value)
    const wrong = routingFaults(routing_key)
    if (wrong.length > 0) return invalid(...wrong)
    const row = await admit('pagerduty', String(routing_key))
    if (!row) return invalid('Invalid routing key')
    const newKey = () => crypto.randomUUID().replaceAll('-', '')
    const { told, faults } = pagerduty.read(body.value, row.settings, newKey)
    const [first] = told
    if (!first || first.action === 'ignore') return invalid(...faults)
    await takeIn(row, told)
    const dedup_key = first.action === 'open' ? first.trouble.dedup_key : first.dedup_key
    return Response.json({ status: 'success', message: 'Event processed', dedup_key }, { status: 202 })
  }
  return (request: Request) => enqueue(request).catch(inTheirWords)
}
