/**
 * What must have been made of the answers that a target gave: the bench's own reading of what docs promise, so that the
 * product is not measured by itself.
 */
import type { Interval } from './client'
import type { Arrival } from './plan'

export type Change = { to: 'up' | 'down'; at: number }
type Limits = { alert: number; recovery: number }

/** The proven changes of one monitor as one region saw it: dated back to the first answer of the run that proved them. */
export function changesOf(arrivals: Arrival[], { alert, recovery }: Limits): Change[] {
  const changes: Change[] = []
  let known: Change['to'] | undefined
  let run: { bad: boolean; count: number; at: number } | undefined
  for (const { at, bad } of arrivals) {
    run = run?.bad === bad ? { ...run, count: run.count + 1 } : { bad, count: 1, at }
    const to = bad ? 'down' : 'up'
    const enough = bad ? alert : known === 'down' ? recovery : 1
    if (known === to || run.count < enough) continue
    known = to
    changes.push({ to, at: run.at })
  }
  return changes
}

/** The same as the appliance tells it: what was unknown in between is left out, and what is the same before and after is one. */
export function changesIn(intervals: Interval[]): Change[] {
  const changes: Change[] = []
  for (const { status, from } of intervals.toSorted((a, b) => a.from.localeCompare(b.from))) {
    if (status !== 'up' && status !== 'down' && status !== 'degraded') continue
    const to = status === 'down' ? 'down' : 'up'
    if (changes.at(-1)?.to !== to) changes.push({ to, at: Date.parse(from) })
  }
  return changes
}

/** Changes that one list has and the other has not; `near_ms`: how far apart the same change may be dated. */
export function differences(expected: Change[], told: Change[], near_ms: number) {
  const left = [...told]
  const lost = expected.filter(({ to, at }) => {
    const found = left.findIndex((one) => one.to === to && Math.abs(one.at - at) <= near_ms)
    if (found >= 0) left.splice(found, 1)
    return found < 0
  })
  return { lost, invented: left }
}
