import { DAY, spanAt } from '#kernel/wall'

/** No clock has ever been set back or forward further. */
const FURTHEST = 26 * 3_600_000

/**
 * The latest that the clock of a zone had shown by a moment. It never goes back: while an hour is repeated it stands
 * still. So a wall time has been reached exactly when it is not later than this.
 */
export function shownBy(timezone: string, at: number): number {
  const { from, offset } = spanAt(timezone, at)
  let latest = at + offset
  for (let end = from; at - end < FURTHEST; ) {
    const before = spanAt(timezone, end - 1)
    latest = Math.max(latest, end + before.offset - 1)
    end = before.from
  }
  return latest
}

/**
 * Answers when the clock first reached wall times, which have to be asked for in their order: the moment itself, or the
 * end of the gap it lies in. Of a time that comes twice it is the first.
 */
export function reachedInOrder(timezone: string, wall_from: number): (wall: number) => number {
  let span = spanAt(timezone, wall_from - FURTHEST)
  return (wall) => {
    while (wall >= span.until + span.offset) span = spanAt(timezone, span.until)
    return Math.max(span.from, wall - span.offset)
  }
}

/** `HH:MM` as milliseconds of the day. */
export const timeOf = (text: string) => (Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))) * 60_000
/** `YYYY-MM-DD` as the wall time at its beginning. */
export const dateOf = (text: string) => Date.parse(`${text}T00:00:00Z`)
/** 1 is Monday, 7 is Sunday. */
export const weekdayOf = (wall: number) => ((((Math.floor(wall / DAY) + 3) % 7) + 7) % 7) + 1
