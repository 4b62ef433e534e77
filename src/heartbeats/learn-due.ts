import type { Due, Job } from '#heartbeats/define'
import { HOUR_MS, hoursOf } from '#heartbeats/learn-hours'
import type { Rhythm } from '#heartbeats/learn-model'
import { groupOf, wakes } from '#heartbeats/learn-rhythm'

/** Longer is not waited for. */
const LONGEST_MS = 60 * 24 * HOUR_MS
/** Hours that are slower by more than this are rest: it wakes up at their end, not some time after. */
const REST = 6

/** How far the wait has come at the beginning of an hour. */
type Wait = {
  at: number
  /** Time that counts since the last run, and the same as a share of what is usual at its time. */
  elapsed: number
  share: number
  /** The share since it should have woken up. */
  awake: number
  /** What the share has to reach. */
  latest: number
  not_before: number
  /** It has come through hours of which nothing is known. */
  unknown: boolean
}

/** What it means that it should be awake from this hour on: until that was seen often, it may sleep as long as it does. */
function waking(wait: Wait, { paces, late, waking }: Rhythm, base: number, first: number, hour: number) {
  const [slow, fast] = [first, hour].map((one) => Math.abs(paces[one] ?? 0) * 1_000) as [number, number]
  wait.latest = Math.max(wait.latest, waking ?? 0)
  if (waking === null || slow < fast * REST) wait.not_before = base + slow * late
}

/**
 * When the run after `base` is expected, and until when it may come by chance. Every hour of the way has its own pace. It is
 * late when three things hold: more than usual has passed by the paces on the way; it is longer than gaps at that hour ever
 * are; and since it should have woken up there was time enough.
 */
export function dueBy(rhythm: Rhythm, { schedule, grace_s }: Job, base: number): Due | null {
  const { paces, usual, late, longer } = rhythm
  const hourAt = hoursOf(schedule)
  const first = hourAt(base).hour
  const latest = Math.max(late, longer[groupOf(first)] ?? 0)
  const wait: Wait = { ...{ at: base, elapsed: 0, share: 0, awake: 0, latest }, not_before: base, unknown: false }
  let expected_at: number | undefined
  let before = first
  while (wait.at < base + LONGEST_MS) {
    const { at } = wait
    const { hour, until, off } = hourAt(at)
    const pace = Math.abs(paces[hour] ?? 0) * 1_000
    const gained = off ? 0 : (until - at) / pace
    if (wakes(paces, first, hour)) waking(wait, rhythm, base, first, hour)
    if (wakes(paces, before, hour)) wait.awake = 0
    wait.unknown ||= (paces[hour] ?? 0) < 0
    if (expected_at === undefined && wait.share + gained >= usual) expected_at = at + (usual - wait.share) * pace
    const left = Math.max(wait.latest - wait.share, late - wait.awake, late - wait.elapsed / pace, 0)
    // After the first weekend of all, nobody knows when it begins again but that it is at its pace then.
    const resting = wait.unknown && (paces[hour] ?? 0) > 0 && wakes(paces, hour, first)
    if (expected_at !== undefined && gained >= left && !off && !resting) {
      const deadline_at = Math.max(wait.not_before, at + left * pace, expected_at + grace_s * 1_000)
      return { expected_at: Math.round(expected_at), deadline_at: Math.round(deadline_at) }
    }
    wait.share += gained
    wait.awake += gained
    wait.elapsed += off ? 0 : until - at
    wait.at = until
    before = hour
  }
  return null
}
