import { apple } from '#sign-in/apple'
import type { SignIn } from '#sign-in/define'
import { github } from '#sign-in/github'
import { google } from '#sign-in/google'
import { header } from '#sign-in/header'
import { ldap } from '#sign-in/ldap'
import { microsoft } from '#sign-in/microsoft'
import { oidc } from '#sign-in/oidc'

const all = [google, microsoft, github, apple, oidc, ldap, header]

const byKind = new Map<string, unknown>(all.map((kind) => [kind.kind, kind]))

/** The plugin of a stored row; nothing for a kind that this version does not have. */
// Safe: the caller hands over only settings that were validated against this kind's own schema.
export const kindOf = (kind: string) => byKind.get(kind) as SignIn | undefined

/** One line per provider, in the order people choose from. A test compares this list with the folder. */
export const kinds = all.flatMap(({ kind }) => kindOf(kind) ?? [])
