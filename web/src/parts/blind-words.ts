import type { BlindPeriod, Prober } from '@/types'

/** Why nothing could be seen, as one sentence without its end. */
export function causeWords({ cause, prober_id }: Pick<BlindPeriod, 'cause' | 'prober_id'>): string {
  const own = prober_id === null
  if (cause === 'uplink') return own ? 'Our own network was down' : 'Its own network was down'
  if (cause === 'off') return own ? 'Xinex was not running' : 'It was not running'
  if (cause === 'asleep') return own ? 'The server was suspended or stopped' : 'The machine was suspended or stopped'
  return 'Nothing was heard of it'
}

/** `Attic`, `Attic and Cellar`, `Attic, Cellar and 3 more`. */
export function namesOf(names: readonly string[]): string {
  if (names.length < 3) return names.join(' and ')
  return names.length === 3
    ? `${names[0]}, ${names[1]} and ${names[2]}`
    : `${names[0]}, ${names[1]} and ${names.length - 2} more`
}

/** What cannot be seen right now: our own network is down since then, and which probers are gone or cut off. */
export function blindNow(periods: readonly BlindPeriod[], probers: readonly Prober[]) {
  const uplink = periods.find(({ prober_id, cause, until }) => prober_id === null && cause === 'uplink' && !until)
  return {
    uplink_since: uplink?.from,
    offline: probers.filter(({ status }) => status === 'offline'),
    cut_off: probers.filter(({ status, uplink }) => status === 'online' && uplink?.state === 'down'),
  }
}
