const HOUR = 3_600_000
const DAY = 24 * HOUR
/** The server takes a year ahead at most; nobody is silent by mistake for longer. */
const LONGEST = 365 * DAY
/** Beyond this nobody chose a day: it is silent until somebody turns it on. */
const OPEN_END = 300 * DAY

export const mutes = [
  { label: 'For 1 hour', for_ms: HOUR },
  { label: 'For 8 hours', for_ms: 8 * HOUR },
  { label: 'For a day', for_ms: DAY },
  { label: 'Until I turn it on', for_ms: LONGEST },
] as const

export const isMuted = ({ muted_until }: { muted_until: string | null }, now: number): boolean =>
  muted_until !== null && Date.parse(muted_until) > now

/** Whether it ends by itself as far as people are concerned. */
export const isOpenEnded = (muted_until: string, now: number): boolean => Date.parse(muted_until) - now > OPEN_END
