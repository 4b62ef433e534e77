import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, type Query } from '@/api'
import type { Page } from '@/types'

const PER_PAGE = 50

type Options = {
  enabled?: boolean
  query?: Query
  /** Asked again so often while somebody looks, for what no live message is sent about. */
  every_ms?: number
}
/** One page of a settings list and how to turn it; the old page stays while the next one comes. */
export function useList<T>(
  key: readonly unknown[],
  path: string,
  { enabled = true, query: filter, every_ms }: Options = {},
) {
  const [page, setPage] = useState(1)
  const query = useQuery({
    queryKey: [...key, page],
    enabled,
    refetchInterval: every_ms,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<Page<T>>(path, { ...filter, page, per_page: PER_PAGE }, { signal }),
  })
  return { ...query, pager: { page, perPage: PER_PAGE, total: query.data?.total ?? 0, onPage: setPage } }
}
