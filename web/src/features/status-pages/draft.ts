import { ApiError } from '@/api'
import type { StatusPage, StatusPageComponent } from '@/types'

/** `key` tells rows apart while they have no id yet and while they move. */
export type ComponentDraft = {
  key: string
  id?: string
  name: string
  group: string
  description: string
  monitor_ids: string[]
  show_uptime: boolean
  show_response_time: boolean
}
export type Draft = {
  title: string
  slug: string
  description: string
  visibility: StatusPage['visibility']
  theme: StatusPage['theme']
  timezone: string
  components: ComponentDraft[]
}

let made = 0
const newKey = () => `new-${made++}`

export const emptyDraft = (timezone: string): Draft => ({
  title: '',
  slug: '',
  description: '',
  visibility: 'public',
  theme: 'auto',
  timezone,
  components: [],
})

/** The next component most often belongs below the last one. */
export const emptyComponent = (group = ''): ComponentDraft => ({
  key: newKey(),
  name: '',
  group,
  description: '',
  monitor_ids: [],
  show_uptime: true,
  show_response_time: false,
})

const componentOf = (one: StatusPageComponent): ComponentDraft => ({
  ...one,
  key: one.id ?? newKey(),
  group: one.group ?? '',
  description: one.description ?? '',
})

export const draftOf = (page: StatusPage): Draft => ({
  title: page.title,
  slug: page.slug,
  description: page.description ?? '',
  visibility: page.visibility,
  theme: page.theme,
  timezone: page.timezone,
  components: page.components.map(componentOf),
})

/** What to send: emptied texts are taken away, and without a slug the server makes one. */
export const bodyOf = ({ slug, description, components, ...rest }: Draft) => ({
  ...rest,
  slug: slug.trim() || undefined,
  description: description.trim() || null,
  components: components.map(({ key: _, group, description, ...one }) => ({
    ...one,
    group: group.trim() || null,
    description: description.trim() || null,
  })),
})

/** The list with one entry elsewhere; the same list when it cannot go there. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const copy = [...list]
  const [one] = copy.splice(from, 1)
  if (one === undefined || to < 0 || to > copy.length) return [...list]
  copy.splice(to, 0, one)
  return copy
}

/** A conflict that names its field is shown there, as every wrong field is. */
export function atField(error: unknown): unknown {
  if (!(error instanceof ApiError) || typeof error.details.field !== 'string') return error
  return new ApiError(error.status, error.code, error.message, { fields: { [error.details.field]: error.message } })
}

/** Sentences of one component, by the rest of their path: `{ name, monitor_ids }`. */
export function faultsAt(errors: Record<string, string>, index: number): Record<string, string> {
  const prefix = `components.${index}.`
  return Object.fromEntries(
    Object.entries(errors).flatMap(([path, text]) =>
      path.startsWith(prefix) ? [[path.slice(prefix.length).split('.')[0] ?? '', text]] : [],
    ),
  )
}
