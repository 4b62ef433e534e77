import type { NotificationPrefs, PlannedContact } from '#contract/oncall'
import type { Severity } from '#contract/statuses'
import { isoAt } from '#kernel/clock'
import { quietUntil } from './prefs'

/** One way to reach a person. */
export type Contact = {
  /** `email` for the address of the account, `push:` and a device's id, or that of a personal channel. */
  id: string
  name: string
  type: string
  kind: 'email' | 'push' | 'other'
  /** Its owner has shown that messages arrive. */
  verified: boolean
  /** Why it does not work; null while it does, as far as is known. */
  failing: string | null
}
type Person = { prefs: NotificationPrefs; contacts: Contact[]; severity: Severity; now: number }

/** Why a message cannot go this way, in words that follow a name. */
export const faultOf = ({ verified, failing }: Contact): string | undefined =>
  failing !== null ? failing : verified ? undefined : 'it is not confirmed yet'

export const isUsable = (contact: Contact): boolean => faultOf(contact) === undefined

type Wish = { contact: Contact; delay_ms: number }

/** What a person's rules ask for; `push` stands for all their devices. A way that is gone is named in nobody's plan. */
function wishesOf({ prefs: { rules }, contacts, severity }: Person): Wish[] {
  const apt = rules.filter(({ severities }) => !severities || severities.length === 0 || severities.includes(severity))
  return apt.flatMap(({ delay_s, contact_id }) =>
    contacts
      .filter(({ id, kind }) => id === contact_id || (contact_id === 'push' && kind === 'push'))
      .map((contact) => ({ contact, delay_ms: delay_s * 1_000 })),
  )
}

/**
 * When a page reaches a person, which way: by their own rules, or every confirmed way at once where they have none for it.
 * Where no way of the rules can be used, the mail of the account is tried, and without that whatever works: a page is
 * never lost to a preference. Quiet hours move a message to their end. Ways that cannot be used stay in the plan with the
 * reason. Pure.
 */
export function personalPlan(person: Person): PlannedContact[] {
  const { prefs, contacts, severity, now } = person
  const wished = wishesOf(person)
  const ways = wished.length > 0 ? wished : contacts.map((contact) => ({ contact, delay_ms: 0 }))
  if (!ways.some(({ contact }) => isUsable(contact))) {
    const usable = contacts.filter(isUsable)
    const mail = usable.filter(({ id }) => id === 'email')
    for (const contact of mail.length > 0 ? mail : usable) ways.push({ contact, delay_ms: 0 })
  }

  const seen = new Set<string>()
  return ways
    .map(({ contact, delay_ms }) => {
      const { id, name, type } = contact
      const skipped = faultOf(contact)
      const wanted = now + delay_ms
      const at = quietUntil(prefs.quiet_hours, severity, wanted) ?? wanted
      return { at: isoAt(at), contact_id: id, name, type, ...(skipped !== undefined && { skipped }) }
    })
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .filter(({ at, contact_id, skipped }) => {
      // Two messages that quiet hours moved to the same moment are one; a way that is left out is told once.
      const key = skipped === undefined ? `${contact_id} ${at}` : contact_id
      return !seen.has(key) && seen.add(key)
    })
}
