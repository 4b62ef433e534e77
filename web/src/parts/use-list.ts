import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/api'
import type { Page } from '@/types'

const PER_PAGE = 50

/** One page of a settings list and how to turn it; the old page stays while the next one comes. */
export function useList<T>(key: readonly string[], path: string, enabled = true) {
  const [page, setPage] = useState(1)
  const query = useQuery({
    queryKey: [...key, page],
    enabled,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<Page<T>>(path, { page, per_page: PER_PAGE }, { signal }),
  })
  return { ...query, pager: { page, perPage: PER_PAGE, total: query.data?.total ?? 0, onPage: setPage } }
}
