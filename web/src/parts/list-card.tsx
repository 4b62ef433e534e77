import type { ComponentProps, ReactNode } from 'react'
import { Card, CardHead } from '@/ui/card'
import { Pager } from '@/ui/pager'
import { EmptyState, ErrorState, SkeletonRows } from '@/ui/states'

type Props<T> = {
  title?: ReactNode
  hint?: ReactNode
  controls?: ReactNode
  list: { data?: { items: T[] }; error: unknown; refetch: () => unknown; pager: ComponentProps<typeof Pager> }
  empty: { icon: ReactNode; title: string; text: string }
  idOf: (item: T) => string
  row: (item: T) => ReactNode
}
/** A card with rows, or with the reason why there are none. */
export function ListCard<T>({ title, hint, controls, list, empty, idOf, row }: Props<T>) {
  return (
    <Card>
      {title && (
        <CardHead title={title} hint={hint}>
          {controls}
        </CardHead>
      )}
      {list.error && !list.data ? (
        <ErrorState error={list.error} retry={() => void list.refetch()} />
      ) : !list.data ? (
        <SkeletonRows rows={3} height="h-15" />
      ) : list.data.items.length === 0 ? (
        <EmptyState icon={empty.icon} title={empty.title}>
          {empty.text}
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {list.data.items.map((item) => (
            <li key={idOf(item)} className="flex min-h-15 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
              {row(item)}
            </li>
          ))}
        </ul>
      )}
      <Pager {...list.pager} />
    </Card>
  )
}
