import type { Heartbeat } from '@/types'
import { duration } from '@/ui/format'
import { statusAt } from './heartbeats'

export type Timed = Pick<
  Heartbeat,
  'status' | 'since' | 'running' | 'last_run_at' | 'expected_at' | 'deadline_at' | 'alert_at' | 'created_at'
>
/** `share` is how much of the time is used up; null when nothing is measured. */
export type Due = { text: string; share: number | null; tone: 'calm' | 'late' | 'down' }

const between = (from: number, until: number, now: number) =>
  until > from ? Math.min(1, Math.max(0, (now - from) / (until - from))) : 1
const lasting = (ms: number) => duration(ms / 1000)

/** What is waited for now, in words, and how far that has come: until it is due, then until the grace is over. */
export function dueOf(heartbeat: Timed, now: number): Due {
  const at = (time: string | null) => (time === null ? null : Date.parse(time))
  const [expected, deadline, alert] = [heartbeat.expected_at, heartbeat.deadline_at, heartbeat.alert_at].map(at)
  const status = statusAt(heartbeat, now)
  const began = at(heartbeat.running[0]?.at ?? null)
  if (status === 'paused') return { text: 'Paused', share: null, tone: 'calm' }
  if (began !== null && status !== 'down')
    return {
      text: `Running, ${lasting(now - began)}`,
      share: alert ? between(began, alert, now) : null,
      tone: 'calm',
    }
  // An interval counts from the next run, whenever that comes.
  const last = at(heartbeat.last_run_at)
  if (!expected && status === 'down')
    return { text: last ? `No run for ${lasting(now - last)}` : 'Waits for a run', share: 1, tone: 'down' }
  if (!expected) return { text: status === 'new' ? 'No ping yet' : 'Not expected', share: null, tone: 'calm' }
  const late = now >= expected
  const text = late ? `Late by ${lasting(now - expected)}` : `In ${lasting(expected - now)}`
  if (status === 'down') return { text, share: late ? 1 : null, tone: 'down' }
  if (late) return { text, share: deadline ? between(expected, deadline, now) : 1, tone: 'late' }
  const base = last ?? Date.parse(heartbeat.created_at)
  return { text, share: between(base, expected, now), tone: 'calm' }
}
