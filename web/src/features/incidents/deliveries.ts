import type { NotificationLogItem, TimelineEntry } from '@/types'
import { channelNamed, deliveryOf } from './words'

export type Delivery = {
  key: string
  channel: string
  event: unknown
  state: 'sent' | 'retrying' | 'failed' | 'suppressed'
  attempt: number
  /** What the channel answered, or why it did not. */
  words: string | null
  at: string
}

/** The delivery has ended only when the timeline says so: a failed attempt before that is tried again. */
function fromLog(latest: NotificationLogItem, ended: ReadonlySet<string>): Delivery {
  const { delivery_id, channel_name, event, status, attempt, error, answer, created_at } = latest
  const failed = ended.has(delivery_id) ? 'failed' : 'retrying'
  return {
    key: delivery_id,
    channel: channel_name,
    event,
    state: status === 'sent' ? 'sent' : status === 'suppressed' ? 'suppressed' : failed,
    attempt,
    words: status === 'sent' ? answer : error,
    at: created_at,
  }
}

/** One line per message and channel, newest first, out of the attempts (newest first) and what was held back at once. */
export function deliveriesOf(attempts: readonly NotificationLogItem[], timeline: readonly TimelineEntry[]): Delivery[] {
  const ended = new Set(timeline.flatMap((entry) => deliveryOf(entry) ?? []))
  const latest = new Map<string, NotificationLogItem>()
  for (const attempt of attempts) if (!latest.has(attempt.delivery_id)) latest.set(attempt.delivery_id, attempt)
  const held = timeline
    .filter((entry) => entry.kind === 'suppressed' && !deliveryOf(entry))
    .map((entry): Delivery => {
      const { id, data, message, at } = entry
      const words = message.replace(/^Not sent: /, '')
      return {
        key: id,
        channel: channelNamed(entry) ?? 'Nobody',
        event: data?.event,
        state: 'suppressed',
        attempt: 0,
        words,
        at,
      }
    })
  return [...[...latest.values()].map((attempt) => fromLog(attempt, ended)), ...held].sort((a, b) =>
    b.at.localeCompare(a.at),
  )
}
