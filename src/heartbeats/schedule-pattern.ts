/** What cron and OnCalendar expressions have in common once they are read: which numbers a field may have. */
export type Pattern = {
  /** Nothing: every year. */
  years: number[] | null
  months: number[]
  /** Days of the month; nothing: every day. */
  days: number[] | null
  /** Counted from the end of the month: 1 is its last day. */
  fromEnd: number[]
  /** The last Monday to Friday of the month. */
  lastWorkday: boolean
  /** As in ISO 8601: 1 is Monday; nothing: every day. */
  weekdays: number[] | null
  /** The second Tuesday of the month is `{ weekday: 2, nth: 2 }`; the last one has `nth: -1`. */
  nth: { weekday: number; nth: number }[]
  /** A day that is right by the month or by the week is enough; otherwise it has to be both. */
  either: boolean
  hours: number[]
  minutes: number[]
  seconds: number[]
}

/** A sentence for whoever wrote the expression. */
export class Wrong extends Error {}

export const upTo = (min: number, max: number, step = 1): number[] =>
  Array.from({ length: Math.max(0, Math.floor((max - min) / step) + 1) }, (_, i) => min + i * step)

export const sorted = (numbers: Iterable<number>): number[] => [...new Set(numbers)].sort((a, b) => a - b)

export const isAll = (numbers: readonly number[], min: number, max: number) => numbers.length === max - min + 1
