import type { Hold } from '#db/schema/engine'

/** A hold that something will end. */
export type Waiting = Hold & { why: Exclude<Hold['why'], 'over'> }

/** What is known of a monitor that another one depends on. */
export type Parent = {
  id: string
  name: string
  status: string
  /** When it came to this status. */
  since: number
  checked_at: number | null
  /** It has failed, and that is not confirmed yet. */
  failing: boolean
  /** How long its confirmation may take. */
  patience_ms: number
}
export type Child = {
  /** When it began to fail. */
  down_since: number
  checked_at: number | null
  patience_ms: number
}

/** A beginning in the future shows that the clock was set back: nobody waits until then. */
const within = (since: number, patience_ms: number, now: number) => now >= since && now - since < patience_ms

/**
 * Whether people should hear of a failure now, or what has to be known first: nobody is told about what cannot work
 * because something it depends on is down; after that is back, one fresh check of its own decides. A parent that was not
 * looked at since the failure began is asked, within bounds: in doubt people are told. Pure.
 */
export function holdOf(child: Child, parents: Parent[], held: Hold | null, now: number): Waiting | null {
  const waiting = (why: Waiting['why'], { id, name }: Parent): Waiting => ({
    why,
    by: id,
    name,
    since: held?.why === why && held.by === id ? held.since : new Date(now).toISOString(),
  })
  const down = parents.find(({ status }) => status === 'down')
  if (down) return waiting('parent_down', down)

  const back = held && held.why !== 'asking_parent' ? parents.find(({ id }) => id === held.by) : undefined
  const unseen = back && (child.checked_at === null || child.checked_at <= back.since)
  if (back && unseen && within(back.since, child.patience_ms, now)) return waiting('asking_again', back)

  const began = held?.why === 'asking_parent' ? Date.parse(held.since) : now
  const unsure = parents.find(
    ({ status, checked_at, failing, patience_ms }) =>
      (status === 'up' || status === 'degraded') &&
      (failing || checked_at === null || checked_at < child.down_since) &&
      within(began, patience_ms, now),
  )
  return unsure ? waiting('asking_parent', unsure) : null
}
