import { Cron as Croner } from 'croner'
import { readCron } from '#heartbeats/cron'
import type { Pattern } from '#heartbeats/schedule-pattern'
import { DAY, type Rule } from '#heartbeats/wall'
import { type Days, kept, ruleOf } from '#heartbeats/wall-rule'

/** A croner object is 80 KB, and there are few ways to choose days. */
const MOST_CRONERS = 64

const listed = (...parts: (string | number)[]) => parts.join(',') || '*'
/** The days of an expression in numbers, as croner reads them; before it, whether both fields count or either of them. */
function textOf({ months, days, fromEnd, lastWorkday, weekdays, nth, either }: Pattern): string {
  const day = lastWorkday ? 'LW' : listed(...(days ?? []), ...fromEnd.map(() => 'L'))
  const weekday = listed(
    ...(weekdays ?? []).map((iso) => iso % 7),
    ...nth.map((of) => `${of.weekday % 7}${of.nth < 0 ? 'L' : `#${of.nth}`}`),
  )
  return `${either ? 'or' : 'and'} 0 0 ${day} ${listed(...months)} ${weekday}`
}

/**
 * Croner knows the days, on a calendar without time zones. It is asked once for each day that is needed; the times of the
 * day and the changes of the clocks are ours (`wall.ts`).
 */
const croners = kept((text: string): Days => {
  const [logic, ...words] = text.split(' ')
  const cron = new Croner(words.join(' '), { utcOffset: 0, mode: '5-part', domAndDow: logic === 'and' })
  return kept((from: number) => {
    const at = cron.nextRun(new Date(from * DAY - 1_000))?.getTime()
    return at === undefined ? null : at / DAY
  })
}, MOST_CRONERS)

const daily: Days = (from) => from

/** Throws `Wrong`. */
export const cronRule = kept((text: string): Rule => {
  const cron = readCron(text)
  const every = cron.days === null && cron.weekdays === null && cron.months.length === 12
  return ruleOf(every ? daily : croners(textOf(cron)), cron, cron.fixed ? 'moved' : 'real')
})
