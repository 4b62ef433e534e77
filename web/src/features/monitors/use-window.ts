import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Query } from '@/api'
import { monitorsQuery } from '@/parts/data'
import { useHeld } from '@/parts/use-held'
import type { MonitorListItem } from '@/types'
import { PER_PAGE } from './queries'

/** Scrolling fast must not ask for every page on the way. */
const SETTLE_MS = 60

/** The pages between two rows, first page left out: it is always loaded. */
const pagesOf = (first: number, last: number) => {
  const from = Math.floor(first / PER_PAGE) + 1
  const to = Math.floor(last / PER_PAGE) + 1
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i).filter((page) => page > 1)
}

/**
 * The rows of a list that may be very long: only the pages in sight are asked for, the rest are `undefined` until then.
 */
export function useMonitorWindow(filter: Query) {
  const { held, area } = useHeld()
  const page = (number: number) => ({
    ...monitorsQuery({ ...filter, page: number, per_page: PER_PAGE, include: 'summary' }),
    // Single rows are still patched by live updates; only asking anew could move them.
    enabled: (query: { state: { data?: unknown } }) => !held || query.state.data === undefined,
  })
  const first = useQuery({ ...page(1), placeholderData: keepPreviousData })
  const [wanted, setWanted] = useState<number[]>([])
  const others = useQueries({ queries: wanted.map((number) => page(number)) })

  const total = first.data?.total ?? 0
  const rowAt = (index: number): MonitorListItem | undefined => {
    const number = Math.floor(index / PER_PAGE) + 1
    const data = number === 1 ? first.data : others[wanted.indexOf(number)]?.data
    return data?.items[index % PER_PAGE]
  }
  return {
    ...first,
    total,
    rowAt,
    want: setWanted,
    area,
    fetching: first.isFetching || others.some((one) => one.isFetching),
  }
}

/** Tells the window which rows are in sight, after scrolling has come to rest. */
export function useInSight(want: (pages: number[]) => void, first: number, last: number) {
  const pages = pagesOf(first, last).join(' ')
  useEffect(() => {
    const timer = setTimeout(() => want(pages ? pages.split(' ').map(Number) : []), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [pages, want])
}
