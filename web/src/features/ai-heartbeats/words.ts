import type { HeartbeatProblem, HeartbeatStatus } from '@/types'
import { count, inWords, ms } from '@/ui/format'
import type { Agent } from './types'

/** `$0.0042`, `$12.50`, `$1,240`: as many digits as mean something. */
export function usd(value: number | null | undefined): string {
  if (value == null) return '–'
  if (value === 0) return '$0'
  if (value >= 1000) return `$${count(Math.round(value))}`
  if (value >= 1) return `$${value.toFixed(2)}`
  const digits = Math.min(9, 1 - Math.floor(Math.log10(value)))
  return `$${value.toFixed(Math.max(2, digits)).replace(/(\.\d\d\d*?)0+$/, '$1')}`
}

const SIZES = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const
/** `950`, `1.2k`, `3.4M`. */
export function short(value: number | null | undefined): string {
  if (value == null) return '–'
  // What rounds up to the next unit is written in it.
  const [size, unit] = SIZES.find(([size]) => value >= size * 0.9995) ?? [1, '']
  if (size === 1) return String(Math.round(value))
  const scaled = value / size
  return `${Number(scaled.toFixed(scaled < 100 ? 1 : 0))}${unit}`
}

/** A share as `92%`, `99.5%`; never rounds a failure up to 100%. */
export function share(value: number | null | undefined): string {
  if (value == null) return '–'
  const rounded = Number((value * 100).toFixed(1))
  return `${rounded === 100 && value < 1 ? 99.9 : rounded}%`
}
/** A score from 0 to 1. */
export const score = (value: number | null | undefined) => (value == null ? '–' : String(Number(value.toFixed(2))))

/** One value of a problem, in its unit. */
export function inUnit(code: HeartbeatProblem['code'], value: number | undefined): string {
  if (value === undefined) return '–'
  switch (code) {
    case 'cost':
      return usd(value)
    case 'latency':
    case 'slow':
    case 'fast':
      return ms(value)
    case 'success_rate':
      return share(value)
    case 'quality':
      return score(value)
    case 'too_often':
      return inWords(value)
    default:
      return count(Number(value.toFixed(2)))
  }
}

type Noted = Pick<Agent, 'message' | 'problems' | 'last_run_at'> & { status: HeartbeatStatus }
/** The second line of a row: what is wrong, or that nothing is known yet. */
export function noteOf({ status, message, problems, last_run_at }: Noted): { text: string; trouble: boolean } | null {
  if (status === 'down' && message) return { text: message, trouble: true }
  const [first, ...others] = problems
  if (first) return { text: first.message + (others.length > 0 ? `, and ${others.length} more` : ''), trouble: true }
  if (status === 'late') return { text: 'The run that is expected has not come', trouble: true }
  return last_run_at === null ? { text: 'Waits for its first run', trouble: false } : null
}
