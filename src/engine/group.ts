import type { MonitorStatus } from '#contract/statuses'
import type { Verdict } from '#probes/define'

export type GroupRule = { rule?: 'worst' | 'at_least'; at_least?: number }
export type Member = { name: string; status: MonitorStatus }
type Judged = 'up' | 'degraded' | 'down'

/** Names in one sentence, and in the evidence. */
const NAMED = 3
const SHOWN = 20

/** How a group is when this is known of each of its members. */
function judge({ rule = 'worst', at_least = 1 }: GroupRule, members: Judged[]): Judged {
  const count = (wanted: Judged) => members.filter((one) => one === wanted).length
  if (rule === 'worst') return count('down') > 0 ? 'down' : count('degraded') > 0 ? 'degraded' : 'up'
  if (count('up') >= at_least) return 'up'
  return count('up') + count('degraded') >= at_least ? 'degraded' : 'down'
}

const plural = (count: number, one: string, more: string) => (count === 1 ? one : more)

/** “Db and Shop are down”, “A, B, C and 4 more are down”. */
function saying(members: Member[], state: string): string {
  const names = members.slice(0, NAMED).map(({ name }) => name)
  const rest = members.length - names.length
  const parts = rest > 0 ? [...names, `${rest} more`] : names
  const text = parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
  return `${text} ${plural(members.length, 'is', 'are')} ${state}`
}

/**
 * What a group of monitors is. Members that are paused, in maintenance or not checked yet are left out; one whose state
 * is not known counts for neither side: where it could change the answer, the group is unknown, and so it is where
 * fewer are left than have to work.
 */
export function groupVerdict(rule: GroupRule, members: Member[]): Verdict {
  const having = (status: MonitorStatus) => members.filter((member) => member.status === status)
  const [up, degraded, down, unknown] = [having('up'), having('degraded'), having('down'), having('unknown')]
  const counted = up.length + degraded.length + down.length + unknown.length
  const names = (some: Member[]) => some.slice(0, SHOWN).map(({ name }) => name)
  const evidence = {
    members: members.length,
    counted,
    ...(down.length > 0 && { down: names(down) }),
    ...(degraded.length > 0 && { degraded: names(degraded) }),
    ...(unknown.length > 0 && { unknown: names(unknown) }),
  }
  const say = (status: Verdict['status'], text: string): Verdict => ({
    status,
    ...(status === 'unknown' && { reason: 'own_side' as const }),
    ...(status === 'down' && { reason: 'assertion' as const }),
    message: text.slice(0, 300),
    evidence,
  })

  const needed = rule.rule === 'at_least' ? (rule.at_least ?? 1) : 1
  if (counted === 0) return say('unknown', 'No member is being checked')
  if (counted < needed)
    return say('unknown', `${needed} members must work, and only ${counted} of ${members.length} are being checked`)
  const known: Judged[] = [
    ...up.map(() => 'up' as const),
    ...degraded.map(() => 'degraded' as const),
    ...down.map(() => 'down' as const),
  ]
  const best = judge(rule, [...known, ...unknown.map(() => 'up' as const)])
  const worst = judge(rule, [...known, ...unknown.map(() => 'down' as const)])
  if (best !== worst) return say('unknown', `It is not known how ${saying(unknown, '').trim()}`)
  const works = up.length + degraded.length
  if (rule.rule === 'at_least') return say(best, `${works} of ${counted} members work, ${needed} must`)
  if (best === 'down') return say(best, saying(down, 'down'))
  if (best === 'degraded') return say(best, saying(degraded, 'degraded'))
  return say(best, plural(counted, 'The only member that counts works', `All ${counted} members work`))
}
