// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform, which <table> elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the row is a row of a table, the link in it takes the focus
import type { Virtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useWatch } from '@/live'
import type { MonitorSort } from '@/search'
import { useShortcuts } from '@/shell/shortcuts'
import type { MonitorListItem } from '@/types'
import { Checkbox } from '@/ui/choice'
import { cx } from '@/ui/cx'
import { GRID, MonitorRow, PendingRow } from './list-row'
import type { useSelection } from './selection'
import { useRows } from './use-list'
import { useInSight } from './use-window'

const COLUMNS = [
  'Select',
  'Status',
  'Name',
  'Last 24 hours',
  'Response and p95',
  'Uptime 30 days',
  'Type',
  'Tags',
  'Last check',
  'Actions',
]

type HeadProps = {
  sort: MonitorSort | undefined
  onSort: (sort: MonitorSort | undefined) => void
  /** All, some or none of the rows that can be selected. */
  state: 'all' | 'some' | 'none'
  onAll?: () => void
}
/** Sticks below the filter bar; screen readers get the column names inside the table instead. */
export function TableHead({ sort, onSort, state, onAll }: HeadProps) {
  const turn = () => onSort(sort === 'name' ? '-name' : sort === '-name' ? undefined : 'name')
  return (
    <div
      className={cx(
        'hidden h-9 items-center rounded-t-lg border border-line bg-surface px-4 text-xs text-subtle md:grid',
        GRID,
      )}
    >
      <span>
        {onAll && (
          <Checkbox
            ariaLabel="Select the loaded monitors"
            checked={state === 'all'}
            indeterminate={state === 'some'}
            onChange={onAll}
          />
        )}
      </span>
      <span />
      <span>
        <button
          type="button"
          onClick={turn}
          className="inline-flex items-center gap-1 rounded-xs hover:text-fg"
          aria-label="Sort by name"
        >
          Name
          {sort === 'name' && <ArrowDown className="size-3" aria-hidden />}
          {sort === '-name' && <ArrowUp className="size-3" aria-hidden />}
        </button>
      </span>
      <span>Last 24 hours</span>
      <span className="hidden items-center justify-between lg:flex">
        <span>Response</span>
        <span>p95</span>
      </span>
      <span className="text-right">30 days</span>
      <span className="hidden min-[85rem]:block">Type</span>
      <span className="hidden min-[85rem]:block">Tags</span>
      <span className="hidden text-right lg:block">Checked</span>
      <span />
    </div>
  )
}

type Rows = Virtualizer<HTMLElement, Element>
const linkIn = (index: number) => document.querySelector<HTMLElement>(`[data-row="${index}"] [data-open]`)
const focusedRow = () => {
  const row = document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset.row
  return row === undefined ? -1 : Number(row)
}

/** j and k walk through the rows, x selects the one the focus is in; Enter is the link's own. */
function useRowKeys(
  rows: Rows,
  total: number,
  idAt: (index: number) => string | undefined,
  onToggle?: (id: string) => void,
) {
  const move = (by: number) => {
    const next = Math.min(total - 1, Math.max(0, focusedRow() + by))
    rows.scrollToIndex(next)
    // The row may have to be drawn first.
    requestAnimationFrame(() => requestAnimationFrame(() => linkIn(next)?.focus({ preventScroll: true })))
  }
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    x: () => {
      const id = idAt(focusedRow())
      if (id) onToggle?.(id)
    },
  })
}

type Props = {
  total: number
  rowAt: (index: number) => MonitorListItem | undefined
  want: (pages: number[]) => void
  selection: ReturnType<typeof useSelection>
  mayWrite: boolean
}
export function MonitorTable({ total, rowAt, want, selection, mayWrite }: Props) {
  const { list, rows, margin, height } = useRows(total)
  const items = rows.getVirtualItems()
  useInSight(want, items[0]?.index ?? 0, items.at(-1)?.index ?? 0)
  useWatch(items.flatMap(({ index }) => rowAt(index)?.id ?? []))
  useRowKeys(rows as unknown as Rows, total, (index) => rowAt(index)?.id, mayWrite ? selection.toggle : undefined)
  return (
    <div
      ref={list}
      role="table"
      aria-label="Monitors"
      aria-rowcount={total + 1}
      className="relative -mx-4 md:mx-0 md:rounded-b-lg md:border-x md:border-line md:bg-surface"
    >
      <div role="row" aria-rowindex={1} className="sr-only">
        {COLUMNS.map((name) => (
          <span role="columnheader" key={name}>
            {name}
          </span>
        ))}
      </div>
      <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const monitor = rowAt(index)
          const place = { index, top: start - margin, height }
          return monitor ? (
            <MonitorRow
              key={monitor.id}
              monitor={monitor}
              selected={selection.all || selection.ids.has(monitor.id)}
              onToggle={mayWrite ? selection.toggle : undefined}
              {...place}
            />
          ) : (
            <PendingRow key={index} {...place} />
          )
        })}
      </div>
    </div>
  )
}
