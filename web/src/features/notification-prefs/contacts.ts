import { useQueryClient } from '@tanstack/react-query'
import type { TestAnswer } from '@/types'
import type { JsonSchema } from '@/ui/schema'

export type Contact = {
  id: string
  name: string
  type: string
  label: string
  verified: boolean
  failing: string | null
  via_id: string | null
  via_name: string | null
  settings: Record<string, unknown>
}
/** What is answered to a change, with what came of sending a code. */
export type Changed = Contact & { code: TestAnswer | null }
export type ContactKind = {
  type: string
  title: string
  summary: string
  settings: JsonSchema
  /** What to enter when a channel of the workspace carries the messages. */
  personal: JsonSchema | null
  through: { id: string; name: string }[]
}

export const contactsPath = '/users/me/contact-methods'
export const contactsKey = ['contact-methods', 'list'] as const
export const kindsKey = ['contact-methods', 'kinds'] as const
export const contactPath = (id: string) => `${contactsPath}/${encodeURIComponent(id)}`

/** The mail of the account and the devices are looked after elsewhere. */
export const isOwnRow = ({ id }: Pick<Contact, 'id'>) => id !== 'email' && !id.startsWith('push:')

export function useRenewContacts() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: contactsKey })
}
