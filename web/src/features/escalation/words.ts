import type { PolicyStep, Target } from '@/features/on-call/types'
import { listOf } from '@/features/on-call/words'
import { inWords, plural } from '@/ui/format'

/** Whom a target stands for now: the name of a person or channel, or who is on call in a schedule. */
export type Resolved = { name: string; people: string[]; kind: Target['type'] }
export type Resolve = (target: Target) => Resolved
export type PolicyPlan = {
  steps: readonly PolicyStep[]
  repeat_count: number
  ack_timeout_s: number | null
  on_empty: 'next' | 'wait'
}

/** `Ana (Primary)`, `Ana`, `the channel Ops`, `nobody (Primary)`. */
function targetWords({ name, people, kind }: Resolved): string {
  if (kind === 'schedule') return `${listOf(people) || 'nobody'} (${name})`
  return kind === 'channel' ? `the channel ${name}` : name
}
export const stepWords = (step: PolicyStep, resolve: Resolve): string =>
  step.targets.length === 0 ? 'nobody yet' : listOf(step.targets.map((target) => targetWords(resolve(target))))

/** Whether it reaches anybody now. */
export const reaches = (step: PolicyStep, resolve: Resolve): boolean =>
  step.targets.some((target) => {
    const { kind, people } = resolve(target)
    return kind !== 'schedule' || people.length > 0
  })

export type Call = { step: number; at_s: number; words: string; empty: boolean }
/** The first round, as if it began now: who is called when. A step that reaches nobody takes no time when it is passed. */
export function firstRound(plan: PolicyPlan, resolve: Resolve): { calls: Call[]; ends_s: number } {
  let at_s = 0
  const calls = plan.steps.map((step, index): Call => {
    const empty = !reaches(step, resolve)
    const call = { step: index + 1, at_s, words: stepWords(step, resolve), empty }
    if (!empty || plan.on_empty === 'wait') at_s += step.delay_s
    return call
  })
  return { calls, ends_s: at_s }
}

/** `Now: Ana (Primary). After 5 minutes: Ben. Repeats 2 times. After 40 minutes nobody else is called.` */
export function policyWords(plan: PolicyPlan, resolve: Resolve): string {
  const { calls, ends_s } = firstRound(plan, resolve)
  if (calls.length === 0) return 'There is no step yet: nobody is called.'
  const said = calls.map(({ at_s, words, empty }, i) => {
    const passed = empty && plan.on_empty === 'next' ? ', passed at once' : ''
    if (at_s === 0) return i === 0 ? `Now: ${words}${passed}.` : `At once as well: ${words}${passed}.`
    return `After ${inWords(at_s)}: ${words}${passed}.`
  })
  const rounds = plan.repeat_count + 1
  if (plan.repeat_count > 0) said.push(`Repeats ${plural(plan.repeat_count, 'time')}.`)
  said.push(
    ends_s === 0
      ? 'As it stands now, nobody is reached at all.'
      : `After ${inWords(ends_s * rounds)} nobody else is called.`,
  )
  if (plan.ack_timeout_s !== null)
    said.push(`An acknowledgement that is ${inWords(plan.ack_timeout_s)} old ends, and it begins anew.`)
  return said.join(' ')
}
