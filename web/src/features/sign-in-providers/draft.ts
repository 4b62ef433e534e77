import type { GroupRole, Role, SignInKind, SignInProvider } from '@/types'
import { cleaned, defaultsOf, type Values } from '@/ui/schema'

export type Draft = {
  slug: string
  name: string
  settings: Values
  enabled: boolean
  trust_email: boolean
  tenant_id: string | null
  default_role: Role
  group_roles: GroupRole[]
}

/** Empty settings are the kind's defaults; the slug is part of an address that the provider is told. */
export const draftOf = (kind: SignInKind, provider?: SignInProvider): Draft => ({
  slug: provider?.slug ?? kind.kind,
  name: provider?.name ?? kind.title,
  settings: { ...defaultsOf(kind.settings), ...provider?.settings },
  enabled: provider?.enabled ?? true,
  trust_email: provider?.trust_email ?? false,
  tenant_id: provider?.tenant_id ?? null,
  default_role: provider?.default_role ?? 'member',
  group_roles: provider?.group_roles ?? [],
})

export const bodyOf = (draft: Draft, kind: SignInKind) => ({
  ...draft,
  name: draft.name.trim(),
  slug: draft.slug.trim(),
  kind: kind.kind,
  settings: cleaned(kind.settings, draft.settings),
  group_roles: draft.group_roles.filter(({ group }) => group.trim() !== ''),
})
