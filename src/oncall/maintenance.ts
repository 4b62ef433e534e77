import { type Options, RRule } from 'rrule'
import { DAY, reached, wallAt } from '#kernel/wall'

/** When something is worked on: once, or again and again on the clock of a time zone. In milliseconds. */
export type Plan = {
  starts_at: number
  ends_at: number | null
  rrule: string | null
  duration_s: number | null
  timezone: string | null
}
export type Occurrence = { from: number; until: number }

/** What may stand in a rule. Of what can be combined into a day that never comes there is nothing. */
const values: Record<string, RegExp> = {
  FREQ: /^(DAILY|WEEKLY|MONTHLY)$/,
  INTERVAL: /^([1-9]\d?|[12]\d\d|3[0-5]\d|36[0-6])$/,
  BYDAY: /^(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU)(,(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU)){0,19}$/,
  BYMONTHDAY: /^-?([1-9]|[12]\d|3[01])(,-?([1-9]|[12]\d|3[01])){0,30}$/,
  COUNT: /^[1-9]\d{0,3}$/,
  UNTIL: /^\d{8}(T\d{6}Z?)?$/,
  WKST: /^(MO|SU)$/,
}
/** Nothing that comes later than this is looked for. */
const HORIZON_MS = 5 * 366 * DAY

const bare = (text: string) =>
  text
    .trim()
    .replace(/^RRULE:/i, '')
    .toUpperCase()

/** What is wrong with a rule, as the end of a sentence; nothing when it can be followed. Pure. */
export function faultOfRule(text: string): string | undefined {
  const seen = new Map<string, string>()
  for (const part of bare(text).split(';')) {
    const [name = '', value = ''] = part.split('=')
    const pattern = values[name]
    if (!pattern) return `may have ${Object.keys(values).join(', ')}, not “${name}”`
    if (seen.has(name)) return `names ${name} twice`
    if (name === 'FREQ' && !pattern.test(value)) return 'must have a FREQ of DAILY, WEEKLY or MONTHLY'
    if (!pattern.test(value)) return `has a ${name} that is not possible: ${value}`
    seen.set(name, value)
  }
  if (!seen.has('FREQ')) return 'must have a FREQ of DAILY, WEEKLY or MONTHLY'
  if (seen.has('BYDAY') && seen.has('BYMONTHDAY')) return 'may have BYDAY or BYMONTHDAY, not both'
  if (seen.get('FREQ') !== 'MONTHLY' && /\d/.test(seen.get('BYDAY') ?? ''))
    return 'may count the days of BYDAY only with FREQ=MONTHLY'
  return undefined
}

/** The rule on the clock of the wall, which the library takes for UTC. UNTIL is on that clock as well. */
function ruleOf({ rrule, starts_at, timezone }: Plan): RRule | undefined {
  if (rrule === null) return undefined
  const options: Partial<Options> = RRule.parseString(bare(rrule))
  return new RRule({ ...options, dtstart: new Date(wallAt(timezone ?? 'UTC', starts_at)) })
}

/**
 * The occurrences that are not over at `after`, in their order, as many as asked for. They begin at their time on the wall and
 * last so long in real time, over changes of the clocks too; at a time that is skipped they begin when the gap ends. Pure.
 */
export function occurrencesFrom(plan: Plan, after: number, most: number): Occurrence[] {
  const rule = ruleOf(plan)
  if (!rule) return plan.ends_at !== null && plan.ends_at > after ? [{ from: plan.starts_at, until: plan.ends_at }] : []
  const { timezone, duration_s } = plan
  const length = (duration_s ?? 0) * 1_000
  const zone = timezone ?? 'UTC'
  const found: Occurrence[] = []
  const begin = wallAt(zone, after - length) - DAY
  rule.between(new Date(begin), new Date(begin + HORIZON_MS), true, (date) => {
    const from = reached(zone, date.getTime())
    const until = from + length
    const last = found.at(-1)
    if (until > after && (!last || from > last.from)) found.push({ from, until })
    return found.length < most
  })
  return found
}
export const occurrenceAfter = (plan: Plan, after: number): Occurrence | undefined => occurrencesFrom(plan, after, 1)[0]

/** Whether an occurrence would begin before the one before it is over. */
export function overlapsItself(plan: Plan): boolean {
  const some = occurrencesFrom(plan, plan.starts_at - 1, 60)
  return some.some(({ from }, i) => i > 0 && from < (some[i - 1]?.until ?? 0))
}
