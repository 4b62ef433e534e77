/** What the target answers to whom and when; shared by the target and by those who judge what was made of it. */
/** `slow`: after a second. `wait`: after a time of its own for each monitor. */
export const kinds = ['ok', 'fail', 'hang', 'slow', 'wait'] as const
export type Kind = (typeof kinds)[number]
/** From–to in which a monitor's target answers so. */
export type Window = { from: number; until: number; kind: Kind }
export type Plan = {
  windows: Record<number, Window[]>
  /** These fail every so many times, and answer in between. */
  flapping: Record<number, number>
  /** What all others do; ok unless said otherwise. */
  all?: Kind
}
export const bad = (kind: Kind) => kind === 'fail' || kind === 'hang'
/** One check as the target saw it. */
export type Arrival = { number: number; at: number; bad: boolean }
