import { Cron as Croner } from 'croner'
import { readCron } from '#heartbeats/cron'
import type { Pattern } from '#heartbeats/schedule-pattern'
import { type Days, kept, MOST_DAYS, ruleOf } from '#heartbeats/wall-rule'
import { DAY, type Rule } from '#kernel/wall'

/** A croner object is 80 KB, and there are few ways to choose days. */
const MOST_CRONERS = 64

const listed = (...parts: (string | number)[]) => parts.join(',') || '*'
/**
 * The days of an expression in numbers, as croner reads them; before it, whether both fields count or either of them. LW
 * stands alone at croner, so that a list with it is two texts.
 */
function textsOf({ months, days, fromEnd, lastWorkday, weekdays, nth, either }: Pattern): string[] {
  const numbers = listed(...(days ?? []), ...fromEnd.map(() => 'L'))
  const weekday = listed(
    ...(weekdays ?? []).map((iso) => iso % 7),
    ...nth.map((of) => `${of.weekday % 7}${of.nth < 0 ? 'L' : `#${of.nth}`}`),
  )
  const dates = lastWorkday ? ['LW', ...(numbers === '*' ? [] : [numbers])] : [numbers]
  return dates.map((date) => `${either ? 'or' : 'and'} 0 0 ${date} ${listed(...months)} ${weekday}`)
}

const croners = kept((text: string): Croner => {
  const [logic, ...words] = text.split(' ')
  return new Croner(words.join(' '), { utcOffset: 0, mode: '5-part', domAndDow: logic === 'and' })
}, MOST_CRONERS)

/**
 * Croner knows the days, on a calendar without time zones. It is asked once for each day that is needed; the times of the
 * day and the changes of the clocks are ours (`wall.ts`). A rule remembers days and holds no croner.
 */
const daysOf = (text: string): Days =>
  kept((from: number) => {
    const at = croners(text)
      .nextRun(new Date(from * DAY - 1_000))
      ?.getTime()
    return at === undefined ? null : at / DAY
  }, MOST_DAYS)

const daily: Days = (from) => from
const earlier =
  (one: Days, other: Days): Days =>
  (from) => {
    const [a, b] = [one(from), other(from)]
    return a === null || b === null ? (a ?? b) : Math.min(a, b)
  }

/** Throws `Wrong`. */
export const cronRule = kept((text: string): Rule => {
  const cron = readCron(text)
  const every = cron.days === null && cron.weekdays === null && cron.months.length === 12
  const [first = daily, second] = every ? [] : textsOf(cron).map(daysOf)
  return ruleOf(second ? earlier(first, second) : first, cron, cron.fixed ? 'moved' : 'real')
})
