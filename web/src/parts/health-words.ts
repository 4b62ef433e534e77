import type { MonitorsSummary } from '@/types'
import { count, plural } from '@/ui/format'

/** How many monitors are in each state; `total` counts all of them. */
export type Counts = MonitorsSummary['counts']

const be = (amount: number) => (amount === 1 ? 'is' : 'are')

/** The one sentence of truth; the worst thing that is true right now. */
export function headline(counts: Counts): string {
  const { down, degraded, unknown, pending, paused, up, maintenance, total } = counts
  if (!total) return 'Nothing is watched yet'
  if (down) return down === total && total > 1 ? 'Every monitor is down' : `${plural(down, 'monitor')} ${be(down)} down`
  if (degraded) return `${plural(degraded, 'monitor')} ${be(degraded)} degraded`
  if (unknown) return `${plural(unknown, 'monitor')} cannot be checked`
  if (paused === total) return 'Every monitor is paused'
  if (pending && !up) return 'Waiting for the first checks'
  if (maintenance && !up) return 'Everything is under maintenance'
  return 'All systems are up'
}

/** The second sentence: what else is not normal, and that the rest is fine. */
export function aside(counts: Counts): string {
  const { down, degraded, unknown, pending, up, total } = counts
  if (!total) return 'Add a monitor and this page tells you how it is doing.'
  const rest: string[] = []
  if (down && degraded) rest.push(`${count(degraded)} more ${be(degraded)} degraded.`)
  if ((down || degraded) && unknown) rest.push(`${count(unknown)} cannot be checked.`)
  if (pending) rest.push(`${count(pending)} ${pending === 1 ? 'waits' : 'wait'} for a first check.`)
  const bad = down + degraded + unknown
  if (bad && up) rest.push(up === 1 ? 'The other one is healthy.' : `The other ${count(up)} are healthy.`)
  if (!bad && up) rest.push(`${plural(up, 'monitor')} ${up === 1 ? 'answers' : 'answer'} as expected.`)
  return rest.join(' ')
}
