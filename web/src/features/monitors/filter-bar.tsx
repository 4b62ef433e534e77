import { useQuery } from '@tanstack/react-query'
import { ArrowDownUp, ListFilter, Tag as TagIcon } from 'lucide-react'
import { type ReactNode, type RefObject, useCallback, useState } from 'react'
import { monitorsSummaryQuery, monitorTypesQuery } from '@/parts/data'
import { QueryBox } from '@/parts/query-box'
import type { MonitorSort } from '@/search'
import type { MonitorStatus } from '@/types'
import { Button } from '@/ui/button'
import { cx } from '@/ui/cx'
import { count } from '@/ui/format'
import { Menu, MenuItem, MenuLabel } from '@/ui/menu'
import { Glyph, statusLabel } from '@/ui/status'
import { type FilterProps, sortLabel } from './filters'
import { FiltersDialog } from './filters-dialog'

/** Always in sight; the others join while a monitor is in them. */
const ALWAYS: MonitorStatus[] = ['down', 'degraded', 'maintenance', 'paused']
const SOMETIMES: MonitorStatus[] = ['unknown', 'pending']
function Statuses({ search, onChange }: Omit<FilterProps, 'tags'>) {
  const { data } = useQuery(monitorsSummaryQuery)
  const counts = data?.counts
  const shown = [...ALWAYS, ...SOMETIMES.filter((status) => counts?.[status] || search.status === status)]
  const choice = (status: MonitorStatus | undefined) => (
    <button
      key={status ?? 'all'}
      type="button"
      aria-pressed={search.status === status}
      onClick={() => onChange({ status })}
      className={cx(
        'inline-flex h-8 shrink-0 items-center gap-1.5 rounded-sm px-2.5 text-sm whitespace-nowrap',
        search.status === status ? 'bg-active font-medium' : 'text-muted hover:bg-hover hover:text-fg',
      )}
    >
      {status && <Glyph status={status} size={14} />}
      {status ? statusLabel[status] : 'All'}
      {counts && <span className="text-xs text-subtle tabular-nums">{count(counts[status ?? 'total'])}</span>}
    </button>
  )
  return (
    <fieldset
      aria-label="Status"
      className="hidden min-w-0 items-center gap-1 overflow-x-auto [scrollbar-width:none] lg:flex"
    >
      {choice(undefined)}
      {shown.map(choice)}
    </fieldset>
  )
}

/** One filter with its own menu; the chosen value is in the button, `Any` takes it back. */
function Pick({
  name,
  icon,
  value,
  choices,
  onPick,
}: {
  name: string
  icon: ReactNode
  value?: string
  choices: readonly (readonly [value: string, label: string, count?: number])[]
  onPick: (value: string | undefined) => void
}) {
  const label = choices.find(([key]) => key === value)?.[1] ?? value
  return (
    <Menu
      className="max-h-80 max-w-72 overflow-y-auto"
      trigger={
        <Button variant="ghost" className={cx('max-lg:hidden', value && 'bg-active text-fg')}>
          {icon}
          {value ? label : name}
        </Button>
      }
    >
      {value && <MenuItem onSelect={() => onPick(undefined)}>Any {name.toLowerCase()}</MenuItem>}
      {choices.length === 0 && <MenuLabel>None yet</MenuLabel>}
      {choices.map(([key, text, amount]) => (
        <MenuItem key={key} onSelect={() => onPick(key)}>
          <span className="min-w-0 flex-1 truncate">{text}</span>
          {amount !== undefined && <span className="text-xs text-subtle tabular-nums">{count(amount)}</span>}
        </MenuItem>
      ))}
    </Menu>
  )
}

export function FilterBar({ input, ...props }: FilterProps & { input: RefObject<HTMLInputElement | null> }) {
  const { search, onChange, tags } = props
  const types = useQuery(monitorTypesQuery).data ?? []
  const [open, setOpen] = useState(false)
  const filter = useCallback((q: string | undefined) => onChange({ q }), [onChange])
  const active = [search.status, search.type, search.tag].filter(Boolean).length
  return (
    <div className="flex items-center gap-2 pb-2.5">
      <QueryBox
        label="Filter monitors"
        placeholder="Filter by name, URL or tag"
        value={search.q}
        onChange={filter}
        input={input}
        className="flex-1 lg:w-52 lg:flex-none xl:w-72"
      />
      <Statuses search={search} onChange={onChange} />
      <div className="ml-auto flex shrink-0 gap-1">
        <Pick
          name="Type"
          icon={<ListFilter />}
          value={search.type}
          choices={types.map(({ type, title }) => [type, title] as const)}
          onPick={(type) => onChange({ type })}
        />
        <Pick
          name="Tag"
          icon={<TagIcon />}
          value={search.tag}
          choices={tags.map(({ tag, monitors }) => [tag, tag, monitors] as const)}
          onPick={(tag) => onChange({ tag })}
        />
        <Pick
          name="Sort"
          icon={<ArrowDownUp />}
          value={search.sort}
          choices={Object.entries(sortLabel)}
          // Safe: the choices are the keys of `sortLabel`.
          onPick={(sort) => onChange({ sort: sort === 'status' ? undefined : (sort as MonitorSort | undefined) })}
        />
        <Button
          className="lg:hidden"
          onClick={() => setOpen(true)}
          aria-label={active ? `Filters, ${active} active` : 'Filters'}
        >
          <ListFilter />
          {active > 0 && <span className="tabular-nums">{active}</span>}
        </Button>
      </div>
      <FiltersDialog {...props} open={open} onClose={() => setOpen(false)} />
    </div>
  )
}
