import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from '@/api'
import { keys } from '@/keys'
import type { MonitorStatus, Page, StatusPage } from '@/types'

export const PER_PAGE = 25
const LOOK_AGAIN_MS = 60_000

export const pagesQuery = (page: number) =>
  queryOptions({
    queryKey: keys.statusPages({ page, per_page: PER_PAGE }),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<Page<StatusPage>>('/status-pages', { page, per_page: PER_PAGE }, { signal }),
  })

export const pageQuery = (id: string) =>
  queryOptions({
    queryKey: keys.statusPage(id),
    queryFn: ({ signal }) => api.get<StatusPage>(`/status-pages/${encodeURIComponent(id)}`, {}, { signal }),
  })

type PublicStatus = 'operational' | 'degraded' | 'partial_outage' | 'major_outage' | 'maintenance' | 'unknown'
/** What readers of the page see at its top. */
export const publicStatusQuery = (slug: string) =>
  queryOptions({
    queryKey: [...keys.allStatusPages, 'public', slug],
    refetchInterval: LOOK_AGAIN_MS,
    queryFn: async ({ signal }) =>
      (await api.get<{ status: PublicStatus }>(`/public/status-pages/${slug}`, {}, { signal })).status,
  })

export const publicStatus: Record<PublicStatus, { glyph: MonitorStatus; label: string }> = {
  operational: { glyph: 'up', label: 'Operational' },
  degraded: { glyph: 'degraded', label: 'Degraded' },
  partial_outage: { glyph: 'down', label: 'Partial outage' },
  major_outage: { glyph: 'down', label: 'Major outage' },
  maintenance: { glyph: 'maintenance', label: 'Maintenance' },
  unknown: { glyph: 'unknown', label: 'No data yet' },
}
