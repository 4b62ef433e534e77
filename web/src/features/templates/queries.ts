import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { NoticeEvent } from '#contract/events'
import { api } from '@/api'
import { keys } from '@/keys'
import type { Page } from '@/types'

export type Words = { title: string; body: string }
export type Template = Words & {
  id: string
  event: NoticeEvent
  /** For this channel alone; null for all of them. */
  channel_id: string | null
  channel_name: string | null
  updated_at: string
}
export type Variable = { name: string; says: string; example: unknown }

const PER_PAGE = 100
/** All of them: a workspace has a few for each event and channel at most. */
export const templatesQuery = queryOptions({
  queryKey: keys.messageTemplates,
  queryFn: async ({ signal }) => {
    const all: Template[] = []
    for (let page = 1; ; page++) {
      const { items, total } = await api.get<Page<Template>>(
        '/message-templates',
        { page, per_page: PER_PAGE },
        { signal },
      )
      all.push(...items)
      if (items.length === 0 || all.length >= total) return all
    }
  },
})

/** They come with the program. */
export const variablesQuery = queryOptions({
  queryKey: keys.messageVariables,
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async ({ signal }) => (await api.get<Page<Variable>>('/message-templates/variables', {}, { signal })).items,
})

/** What it would say, of an example. */
export const previewQuery = (event: NoticeEvent, words: Words) =>
  queryOptions({
    queryKey: keys.messagePreview({ event, ...words }),
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: ({ signal }) => api.post<Words>('/message-templates/preview', { event, ...words }, { signal }),
  })
