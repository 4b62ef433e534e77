import { dateOf, daysAfter, instantOf } from '@/features/on-call/zone'

/** The label beside a name; the sentence is the server's and says the rest. */
export const toldWord = (told: boolean, sentence: string): string =>
  told
    ? 'Told'
    : sentence.startsWith('Will be called')
      ? 'Will be told'
      : sentence.startsWith('Was called; the message waits')
        ? 'Being told'
        : 'Not told'

/** Nine in the morning of the next day, on the clocks of the zone. */
export const tomorrowMorning = (now: number, zone: string): string =>
  new Date(instantOf(`${daysAfter(dateOf(now, zone), 1)}T09:00`, zone)).toISOString()

export type Followed = { id: string; status: string; policy_name: string | null; rule_name: string | null }
/** What the decisions came to: `So the policy “Platform” is followed, as the rule “Payments” says.` */
export function followedWords({ status, policy_name, rule_name }: Followed): string {
  const because = rule_name ? `, as the rule “${rule_name}” says` : ''
  if (status === 'suppressed') return `So nobody is told${because}.`
  return `So ${policy_name ? `the policy “${policy_name}” is followed` : 'channels alone are told'}${because}.`
}
