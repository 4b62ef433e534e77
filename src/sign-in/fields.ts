import { Type as t } from '@sinclair/typebox'
import { secret, ui } from '#kernel/form'

/** One line without spaces, as client IDs, names of attributes and the like are. */
export const WORD = '^[^\\s\\p{Cc}]+$'

export const clientId = (placeholder?: string, title = 'Client ID') =>
  t.String({ title, minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$', ...ui({ mono: true, placeholder }) })

export const clientSecret = (description?: string) =>
  secret({ title: 'Client secret', minLength: 1, maxLength: 1024, ...(description && { description }) })

/** For providers whose word about an address is worth something only if the operator says so. */
export const addressesAreVerified = (initial: boolean, description: string) =>
  t.Boolean({ title: 'Addresses are verified', default: initial, description, ...ui({ group: 'advanced' }) })
