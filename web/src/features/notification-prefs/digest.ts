import type { Digest, Weekday } from '#contract/oncall'

export type DigestMode = 'off' | 'daily' | 'weekly' | 'some'

export function digestModeOf({ enabled, days }: Pick<Digest, 'enabled' | 'days'>): DigestMode {
  if (!enabled) return 'off'
  if (days.length === 7) return 'daily'
  return days.length === 1 ? 'weekly' : 'some'
}

const EVERY: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7]
/** The days that a mode begins with, from those there were. */
export function digestDays(mode: DigestMode, before: readonly Weekday[]): Weekday[] {
  if (mode === 'daily') return [...EVERY]
  if (mode === 'weekly') return [before.length === 7 ? 1 : (before[0] ?? 1)]
  return mode === 'some' && before.length === 7 ? [1, 2, 3, 4, 5] : [...before]
}
