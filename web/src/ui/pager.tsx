import { ChevronLeft, ChevronRight } from 'lucide-react'
import { IconButton } from './button'
import { count } from './format'

/** Nothing when all fits on one page. */
export function Pager({
  page,
  perPage,
  total,
  onPage,
}: {
  page: number
  perPage: number
  total: number
  onPage: (page: number) => void
}) {
  const pages = Math.max(1, Math.ceil(total / perPage))
  if (pages === 1 && page === 1) return null
  const first = (page - 1) * perPage + 1
  return (
    <nav aria-label="Pages" className="flex items-center justify-end gap-1 px-4 py-2 text-xs text-subtle tabular-nums">
      <span className="mr-2">
        {total === 0 ? 'None' : `${count(first)}–${count(Math.min(total, first + perPage - 1))} of ${count(total)}`}
      </span>
      <IconButton label="Previous page" disabled={page <= 1} onClick={() => onPage(page - 1)}>
        <ChevronLeft />
      </IconButton>
      <IconButton label="Next page" disabled={page >= pages} onClick={() => onPage(page + 1)}>
        <ChevronRight />
      </IconButton>
    </nav>
  )
}
