import type { MonitorStatus, PingDoor, PingKind, ProblemCode, RunStatus } from '@/types'
import { count } from '@/ui/format'

export const pingLabel: Record<PingKind, string> = {
  success: 'Success',
  start: 'Start',
  fail: 'Failure',
  log: 'Log',
  ignored: 'Ignored',
}
/** The shape that weighs as much; the word stands beside it. */
export const pingGlyph: Record<PingKind, MonitorStatus> = {
  success: 'up',
  start: 'pending',
  fail: 'down',
  log: 'unknown',
  ignored: 'paused',
}

export const runLabel: Record<RunStatus, string> = {
  ok: 'Succeeded',
  error: 'Failed',
  timeout: 'Took too long',
  refused: 'Refused',
}
/** A run that ended well, but not as expected, is amber. */
export const runGlyph = (status: RunStatus, problems: number): MonitorStatus =>
  status !== 'ok' ? 'down' : problems > 0 ? 'degraded' : 'up'

export const doorLabel: Record<PingDoor, string> = {
  http: 'HTTP',
  email: 'E-mail',
  healthchecks: 'Healthchecks address',
  kuma: 'Uptime Kuma address',
  cronitor: 'Cronitor address',
  snitch: "Dead Man's Snitch address",
  api: 'API',
}

/** What a problem is, and what it means for whoever reads it; the server's own sentence has the numbers. */
export const problemWords: Record<ProblemCode, { title: string; means: string }> = {
  too_often: {
    title: 'Ran too soon after the run before',
    means: 'Two copies of the job may be running, or something starts it again and again.',
  },
  too_few: { title: 'Ran too seldom on that day', means: 'Some of the runs of the day did not happen.' },
  too_many: {
    title: 'Ran too many times on that day',
    means: 'It may be started from two places, or somebody starts it by hand.',
  },
  number: {
    title: 'A number is not as expected',
    means: 'The job ended well, but what it reports about its work is missing or out of its bounds.',
  },
  slow: { title: 'Took unusually long', means: 'Far longer than its last runs that ended well.' },
  fast: { title: 'Ended unusually soon', means: 'It may have skipped its work: far shorter than its last good runs.' },
  cost: { title: 'Cost more than expected', means: 'The run, or the day, is over what it may cost.' },
  tokens: { title: 'Used more tokens than expected', means: 'The run, or the day, is over its budget.' },
  latency: { title: 'Answers slower than expected', means: 'The slow answers are over what they may take.' },
  success_rate: { title: 'Fails more often than expected', means: 'Too few of the last runs ended well.' },
  quality: { title: 'Quality is lower than expected', means: 'The score it gives itself is below what it must reach.' },
  output_size: { title: 'The output has an unusual size', means: 'Far more, or far less, than it usually writes.' },
}

/** `rows 1,200, errors 0`. */
export const numbersWords = (numbers: Readonly<Record<string, number>>): string =>
  Object.entries(numbers)
    .map(([name, value]) => `${name} ${count(value)}`)
    .join(', ')

/** `812 B`, `1.2 KB`. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`
  return size < 1e6 ? `${Number((size / 1000).toFixed(1))} KB` : `${Number((size / 1e6).toFixed(1))} MB`
}
