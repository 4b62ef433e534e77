import type { Digest } from '#contract/oncall'
import { DAY, nextMoment, type Rule } from '#kernel/wall'

/** Monday is 1, Sunday 7: 1 January 1970 was a Thursday. */
const weekdayOf = (day: number) => ((((day + 3) % 7) + 7) % 7) + 1

function ruleOf({ time, days }: Digest): Rule {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  const into = (hour * 60 + minute) * 60_000
  const wanted = new Set<number>(days)
  return {
    // Summer time takes the hour away: it comes when the gap is over. It gives one twice: it comes once.
    clocks: 'moved',
    next(wall) {
      const today = Math.floor(wall / DAY)
      for (let day = today; day <= today + 7; day++) {
        const at = day * DAY + into
        if (at > wall && wanted.has(weekdayOf(day))) return at
      }
      return null
    },
  }
}

/** The first moment strictly after `after` at which a digest is due; null if it has no days. */
export const nextDigest = (digest: Digest, after: number) => nextMoment(ruleOf(digest), digest.timezone, after)
