import { OauthError } from './errors'

/** scope → what a person reads before they allow it. */
export const scopes = {
  read: 'See everything you can see in this workspace',
  write: 'Change everything you can change in this workspace',
} as const
export type Scope = keyof typeof scopes
export const scopeNames = Object.keys(scopes) as Scope[]

const words = (text: string) => [...new Set(text.split(' ').filter(Boolean))]

/**
 * The scopes that were asked for, in one order; all of them have to be among the allowed ones. Who asks for none gets
 * to read.
 */
export function scopeOf(asked: string | undefined, allowed: readonly string[]): string {
  const wanted = words(asked ?? '')
  if (wanted.length === 0) return allowed.includes('read') ? 'read' : allowed.join(' ')
  const unknown = wanted.find((one) => !allowed.includes(one))
  if (unknown !== undefined) throw new OauthError('invalid_scope', 'This scope is unknown or not open to this client')
  return scopeNames.filter((one) => wanted.includes(one)).join(' ')
}

export const covers = (granted: string, wanted: string) => words(wanted).every((one) => words(granted).includes(one))
