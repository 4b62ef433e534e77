// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform, which <table> elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the row is a row of a table, the link in it takes the focus
import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import { every, noteOf, shortType } from '@/parts/monitor-words'
import type { MonitorListItem } from '@/types'
import { Bars24, Spark } from '@/ui/bars'
import { Tag } from '@/ui/bits'
import { Checkbox } from '@/ui/choice'
import { cx } from '@/ui/cx'
import { ms, percent, shortDuration } from '@/ui/format'
import { Skeleton } from '@/ui/states'
import { Glyph, statusLabel, statusText } from '@/ui/status'
import { Since, useNow } from '@/ui/time'
import { downOnlyFrom, placesHint } from './region-words'
import { MonitorMenu } from './row-menu'
import { traitsOf } from './type-groups'

/** Columns from the middle width on; narrower screens have glyph, two lines and bars. The head uses the same. */
export const GRID =
  'md:grid-cols-[16px_16px_minmax(0,1fr)_118px_64px_28px] lg:grid-cols-[16px_16px_minmax(0,1fr)_118px_164px_64px_52px_28px] min-[85rem]:grid-cols-[16px_16px_minmax(0,1fr)_118px_164px_64px_96px_132px_52px_28px] md:gap-x-4'
const frame =
  'absolute inset-x-0 grid grid-cols-[16px_minmax(0,1fr)_auto] items-center gap-x-3 border-b border-line px-4'

type Place = { top: number; height: number; index: number }
const style = ({ top, height }: Place) => ({ height, transform: `translateY(${top}px)` })

/** The geometry of a row whose page is still on its way. */
export const PendingRow = (place: Place) => (
  <div role="row" aria-rowindex={place.index + 2} aria-busy className={cx(frame, GRID)} style={style(place)}>
    <div role="cell" className="max-md:hidden" />
    <div role="cell">
      <Skeleton className="size-4 rounded-full" />
    </div>
    <div role="cell" className="space-y-1.5">
      <Skeleton className="h-3 w-40" />
      <Skeleton className="h-2.5 w-64 max-w-full" />
    </div>
    <div role="cell">
      <Skeleton className="h-5 w-[84px] md:w-[118px]" />
    </div>
  </div>
)

function Checked({ at }: { at: string | null }) {
  const now = useNow(1000)
  if (!at) return <span className="text-subtle">–</span>
  return <time dateTime={at}>{shortDuration((now - Date.parse(at)) / 1000)}</time>
}

function P95({ monitor }: { monitor: MonitorListItem }) {
  const p95 = monitor.summary?.p95_ms
  const hot = p95 != null && (monitor.status === 'down' || monitor.status === 'degraded')
  return (
    <span
      className={cx(
        'ml-auto text-right tabular-nums',
        hot ? cx('font-medium', statusText[monitor.status]) : p95 == null && 'text-subtle',
      )}
    >
      {ms(p95)}
    </span>
  )
}

function Name({ monitor }: { monitor: MonitorListItem }) {
  const note = noteOf(monitor)
  const only = monitor.down_only_from ?? []
  const hint = only.length > 0 ? downOnlyFrom(only) : placesHint(monitor.regions)
  return (
    <div role="cell" className="min-w-0">
      <Link
        to="/monitors/$id"
        params={{ id: monitor.id }}
        data-open
        title={monitor.name}
        className="block truncate text-md font-medium outline-offset-[-2px] after:absolute after:inset-0 md:text-sm"
      >
        {monitor.name}
      </Link>
      <div
        title={note.text}
        className={cx(
          'truncate text-xs',
          note.trouble
            ? cx('first-letter:uppercase', statusText[monitor.status])
            : 'font-mono text-[11.5px] text-subtle',
        )}
      >
        {note.text}
        {note.trouble && monitor.status_since && (
          <>
            {' · '}
            <Since at={monitor.status_since} />
          </>
        )}
        {hint && (
          <span
            className={cx('font-sans text-xs', only.length > 0 ? 'text-degraded' : 'text-subtle')}
          >{` · ${hint}`}</span>
        )}
      </div>
    </div>
  )
}

type Props = Place & {
  monitor: MonitorListItem
  selected: boolean
  /** Absent for people who may only read. */
  onToggle?: (id: string) => void
}
export const MonitorRow = memo(function MonitorRow({ monitor, selected, onToggle, ...place }: Props) {
  const { id, name, status, summary, tags } = monitor
  return (
    <div
      role="row"
      aria-rowindex={place.index + 2}
      aria-selected={onToggle ? selected : undefined}
      data-row={place.index}
      className={cx('group', frame, GRID, selected ? 'bg-accent-soft' : 'hover:bg-hover')}
      style={style(place)}
    >
      <div role="cell" className="relative z-10 max-md:hidden">
        {onToggle && (
          <Checkbox
            ariaLabel={`Select ${name}`}
            checked={selected}
            onChange={() => onToggle(id)}
            className={cx(
              'transition-opacity',
              !selected && 'opacity-40 group-hover:opacity-100 focus-visible:opacity-100',
            )}
          />
        )}
      </div>
      <div role="cell">
        <Glyph status={status} />
        <span className="sr-only">{statusLabel[status]}</span>
      </div>
      <Name monitor={monitor} />
      <div role="cell" className="max-md:hidden">
        {summary && <Bars24 hours={summary.hours} />}
      </div>
      <div role="cell" className="hidden items-center gap-3 lg:flex">
        {summary && <Spark values={summary.response} hot={status === 'down'} />}
        <P95 monitor={monitor} />
      </div>
      <div role="cell" className="hidden text-right tabular-nums md:block">
        {percent(summary?.uptime_30d)}
      </div>
      <div role="cell" className="hidden truncate text-muted min-[85rem]:block">
        {shortType(monitor.type)}
        {traitsOf(monitor.type).interval && <span className="text-subtle"> / {every(monitor.interval)}</span>}
      </div>
      <div role="cell" className="hidden min-w-0 gap-1 overflow-hidden min-[85rem]:flex" title={tags.join(', ')}>
        {tags.map((tag) => (
          <Tag key={tag}>{tag}</Tag>
        ))}
      </div>
      <div role="cell" className="hidden text-right text-xs text-subtle tabular-nums lg:block">
        <Checked at={monitor.checked_at} />
      </div>
      <div role="cell" className="relative z-10 max-md:hidden">
        {onToggle && <MonitorMenu monitor={monitor} />}
      </div>
      <div role="cell" className="flex flex-col items-end gap-1 md:hidden">
        {summary && <Bars24 hours={summary.hours} width={84} height={16} />}
        <span className="text-xs text-subtle tabular-nums">{percent(summary?.uptime_30d)}</span>
      </div>
    </div>
  )
})
