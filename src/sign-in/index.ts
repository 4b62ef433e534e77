import type { SignIn } from '#sign-in/define'

/** One line per provider, in the order people choose from. A test compares this list with the folder. */
export const kinds: SignIn[] = []

const byKind = new Map(kinds.map((kind) => [kind.kind, kind]))

/** The plugin of a stored row; nothing for a kind that this version does not have. */
export const kindOf = (kind: string) => byKind.get(kind)
