import { useQuery } from '@tanstack/react-query'
import { ArrowDownUp, Tag as TagIcon } from 'lucide-react'
import { type ReactNode, type RefObject, useCallback } from 'react'
import { heartbeatGlyph, heartbeatLabel, heartbeatsSummaryQuery } from '@/parts/heartbeats'
import { QueryBox } from '@/parts/query-box'
import type { HeartbeatSort, HeartbeatsSearch } from '@/search'
import { Button } from '@/ui/button'
import { cx } from '@/ui/cx'
import { count } from '@/ui/format'
import { Menu, MenuItem, MenuLabel } from '@/ui/menu'
import { Glyph } from '@/ui/status'
import { heartbeatTagsQuery } from './queries'

type Status = NonNullable<HeartbeatsSearch['status']>
export const filterLabel: Record<Status, string> = { ...heartbeatLabel, problems: 'Not as expected' }
const sortLabel: Record<HeartbeatSort, string> = {
  status: 'Problems first',
  name: 'Name, A to Z',
  last_ping: 'Last ping, newest first',
  expected: 'Due next',
}

type Props = { search: HeartbeatsSearch; onChange: (part: Partial<HeartbeatsSearch>) => void }

/** Always in sight; the others join while a heartbeat is in them. */
const ALWAYS: Status[] = ['down', 'late', 'problems', 'paused']
function Statuses({ search, onChange }: Props) {
  const { data } = useQuery(heartbeatsSummaryQuery)
  const shown = [...ALWAYS, ...(['new'] as const).filter((one) => data?.[one] || search.status === one)]
  const choice = (status: Status | undefined) => (
    <button
      key={status ?? 'all'}
      type="button"
      aria-pressed={search.status === status}
      onClick={() => onChange({ status })}
      className={cx(
        'inline-flex h-8 shrink-0 items-center gap-1.5 rounded-sm px-2.5 text-sm whitespace-nowrap -outline-offset-2 coarse:h-11',
        search.status === status ? 'bg-active font-medium' : 'text-muted hover:bg-hover hover:text-fg',
      )}
    >
      {status && <Glyph status={status === 'problems' ? 'degraded' : heartbeatGlyph(status)} size={14} />}
      {status ? filterLabel[status] : 'All'}
      {data && <span className="text-xs text-muted tabular-nums">{count(data[status ?? 'total'])}</span>}
    </button>
  )
  return (
    <fieldset aria-label="Status" className="flex min-w-0 items-center gap-1 overflow-x-auto [scrollbar-width:none]">
      {choice(undefined)}
      {shown.map(choice)}
    </fieldset>
  )
}

type PickProps = {
  name: string
  icon: ReactNode
  value?: string
  choices: readonly (readonly [value: string, label: string, count?: number])[]
  onPick: (value: string | undefined) => void
}
/** One filter with its own menu; the chosen value is in the button, `Any` takes it back. */
function Pick({ name, icon, value, choices, onPick }: PickProps) {
  const label = choices.find(([key]) => key === value)?.[1] ?? value
  return (
    <Menu
      className="max-h-80 max-w-72 overflow-y-auto"
      trigger={
        <Button variant="ghost" className={cx('min-w-0', value && 'bg-active text-fg')}>
          {icon}
          <span className={cx('max-w-36 truncate', !value && 'max-sm:sr-only')}>{value ? label : name}</span>
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

export function FilterBar({ search, onChange, input }: Props & { input: RefObject<HTMLInputElement | null> }) {
  const tags = useQuery(heartbeatTagsQuery).data?.items ?? []
  const filter = useCallback((q: string | undefined) => onChange({ q }), [onChange])
  return (
    <div className="flex flex-wrap items-center gap-2 pb-2.5">
      <QueryBox
        label="Filter heartbeats"
        placeholder="Filter by name"
        value={search.q}
        onChange={filter}
        input={input}
        className="min-w-40 flex-1 lg:w-52 lg:flex-none xl:w-72"
      />
      <div className="order-1 flex min-w-0 max-lg:order-2 max-lg:basis-full">
        <Statuses search={search} onChange={onChange} />
      </div>
      <div className="order-1 flex shrink-0 gap-1 lg:order-2 lg:ml-auto">
        <Pick
          name="Tag"
          icon={<TagIcon />}
          value={search.tag}
          choices={tags.map(({ tag, heartbeats }) => [tag, tag, heartbeats] as const)}
          onPick={(tag) => onChange({ tag })}
        />
        <Pick
          name="Sort"
          icon={<ArrowDownUp />}
          value={search.sort}
          choices={Object.entries(sortLabel)}
          // Safe: the choices are the keys of `sortLabel`.
          onPick={(sort) => onChange({ sort: sort === 'status' ? undefined : (sort as HeartbeatSort | undefined) })}
        />
      </div>
    </div>
  )
}
