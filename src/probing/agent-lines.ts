import { isoAt } from '#kernel/clock'
import type { Result } from '#probing/define'
import type { Line } from '#probing/spool-segment'

/** Evidence beyond this is not worth its way over the network. */
const MOST_CHARS = 65_536

/** Text may end in the middle of a character pair (a body cut off after 8 KB); the server refuses such halves. */
const whole = (_: string, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value)

/** A result as it goes over the wire. `offset` is how far our clock is ahead; without it the time stays ours, for now. */
export function lineOf({ number, version, at, verdict }: Result, offset: number | undefined): Line {
  const item = { number, version, at: isoAt(Math.round(at - (offset ?? 0))), verdict }
  let json = JSON.stringify(item, whole)
  if (json.length > MOST_CHARS) {
    const { evidence, ...rest } = verdict
    json = JSON.stringify({ ...item, verdict: rest }, whole)
  }
  return { json, raw: offset === undefined }
}

/** With its time in the server's clock. */
export function corrected({ json, raw }: Line, offset: number): string {
  if (!raw) return json
  const item = JSON.parse(json) as { at: string }
  return JSON.stringify({ ...item, at: isoAt(Date.parse(item.at) - offset) })
}

const kindOf = ({ verdict: { status, reason } }: Result) => `${status} ${reason ?? ''}`

/** What is remembered of each monitor: whether something is news, and whether its evidence says anything new. */
export function createNews() {
  const last = new Map<number, string>()
  return {
    /** Anything but another success; those can wait a few seconds. */
    isUrgent: (result: Result) => result.verdict.status !== 'up' || last.get(result.number) !== kindOf(result),
    /** While it has to be kept for long, evidence is kept of what is new: the same failure a hundred times needs one. */
    slim(result: Result): Result {
      if (last.get(result.number) !== kindOf(result) || !result.verdict.evidence) return result
      const { evidence, ...verdict } = result.verdict
      return { ...result, verdict }
    },
    note: (result: Result) => void last.set(result.number, kindOf(result)),
    forget(numbers: number[]) {
      for (const number of numbers) last.delete(number)
    },
  }
}
