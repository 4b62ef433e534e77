import { Link } from '@tanstack/react-router'
import { type KeyboardEvent, useRef, useState } from 'react'
import type { MonitorType } from '@/types'
import { Button } from '@/ui/button'
import { cx } from '@/ui/cx'
import { Dialog } from '@/ui/dialog'
import { SearchInput } from '@/ui/input'
import { EmptyState } from '@/ui/states'
import { groupsOf } from './type-groups'
import { TypeIcon } from './type-icon'

const links = (root: HTMLElement | null) => [...(root?.querySelectorAll<HTMLElement>('a[data-type]') ?? [])]

/** The place in direction `down` (or up) that lies nearest to the one now, so that columns are walked as they are seen. */
function nextBelow(all: HTMLElement[], from: HTMLElement, down: boolean) {
  const here = from.getBoundingClientRect()
  const rows = all
    .map((one) => ({ one, box: one.getBoundingClientRect() }))
    .filter(({ box }) => (down ? box.top >= here.bottom - 1 : box.bottom <= here.top + 1))
  const distance = ({ box }: { box: DOMRect }) => Math.abs(box.top - here.top) * 4 + Math.abs(box.left - here.left)
  return rows.sort((a, b) => distance(a) - distance(b))[0]?.one
}

/** Arrows walk from the search box into the types and back; Enter in the box takes the first one. */
function useArrows() {
  const root = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const all = links(root.current)
    const target = event.target instanceof HTMLElement ? event.target : null
    const at = target ? all.indexOf(target) : -1
    const go = (next: HTMLElement | null | undefined) => {
      if (!next) return
      event.preventDefault()
      next.focus()
    }
    if (target instanceof HTMLInputElement) {
      if (event.key === 'ArrowDown') go(all[0])
      if (event.key === 'Enter') {
        event.preventDefault()
        all[0]?.click()
      }
    } else if (target && at >= 0) {
      const box = root.current?.querySelector('input')
      if (event.key === 'ArrowDown') go(nextBelow(all, target, true))
      if (event.key === 'ArrowUp') go(nextBelow(all, target, false) ?? box)
      if (event.key === 'ArrowRight') go(all[at + 1])
      if (event.key === 'ArrowLeft') go(all[at - 1] ?? box)
    }
  }
  return { root, onKeyDown }
}

function Choice({
  one,
  current,
  brief,
  onPick,
}: {
  one: MonitorType
  current?: string
  brief?: boolean
  onPick?: () => void
}) {
  const { type, title, summary } = one
  return (
    <li className="grid">
      <Link
        data-type={type}
        to="/monitors/new/$type"
        params={{ type }}
        replace={current !== undefined}
        resetScroll={false}
        aria-current={type === current ? 'true' : undefined}
        title={brief ? summary : undefined}
        onClick={onPick}
        className={cx(
          'grid grid-cols-[16px_minmax(0,1fr)] items-start gap-x-2.5 rounded-sm -outline-offset-2',
          brief ? 'px-2.5 py-1.5' : 'rounded-md border border-line bg-surface p-3.5 hover:border-line-strong',
          type === current
            ? 'bg-active font-medium'
            : brief
              ? 'text-muted hover:bg-hover hover:text-fg'
              : 'hover:bg-hover',
        )}
      >
        <TypeIcon type={type} className="mt-0.5 size-4" />
        <span className="min-w-0">
          <span className={cx('block text-sm', !brief && 'font-medium')}>{title}</span>
          {!brief && <span className="mt-0.5 block text-xs text-muted">{summary}</span>}
        </span>
      </Link>
    </li>
  )
}

type Props = {
  types: readonly MonitorType[]
  current?: string
  brief?: boolean
  autoFocus?: boolean
  onPick?: () => void
}
/** Every type in its group, found by typing. One link per type, so that each can be opened from elsewhere. */
export function TypeChoices({ types, current, brief, autoFocus, onPick }: Props) {
  const [wanted, setWanted] = useState('')
  const { root, onKeyDown } = useArrows()
  const groups = groupsOf(types, wanted)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only moves the focus among the box and the links inside
    <div ref={root} onKeyDown={onKeyDown}>
      <SearchInput
        label="Find a type"
        placeholder={brief ? 'Find a type' : 'Find a type: website, port, database, container'}
        autoFocus={autoFocus}
        autoComplete="off"
        value={wanted}
        onValueChange={setWanted}
        className={brief ? 'mb-3' : 'mb-5 max-w-md'}
      />
      <div className={brief ? 'space-y-3' : 'space-y-6'}>
        {groups.map((group) => (
          <section key={group.title} aria-label={group.title}>
            <h2 className={brief ? 'mb-1 px-2.5 text-2xs font-medium text-subtle' : 'mb-2 text-sm text-muted'}>
              {group.title}
            </h2>
            <ul className={brief ? 'space-y-px' : 'grid gap-2.5 sm:grid-cols-2 xl:grid-cols-3'}>
              {group.types.map((one) => (
                <Choice key={one.type} one={one} current={current} brief={brief} onPick={onPick} />
              ))}
            </ul>
          </section>
        ))}
      </div>
      {groups.length === 0 &&
        (brief ? (
          <p className="px-2.5 py-2 text-xs text-subtle">No type matches “{wanted}”.</p>
        ) : (
          <EmptyState
            title={`No type matches “${wanted}”`}
            action={<Button onClick={() => setWanted('')}>Show all types</Button>}
          />
        ))}
    </div>
  )
}

/** Beside the form on wide screens, behind a button on narrow ones; what was typed survives the change either way. */
export function TypePicker({ types, current }: { types: readonly MonitorType[]; current: MonitorType }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <nav aria-label="Monitor types" className="min-w-0 max-lg:hidden">
        <TypeChoices brief types={types} current={current.type} />
      </nav>
      <div className="flex items-center gap-3 rounded-lg border border-line bg-surface py-2 pr-2 pl-3.5 lg:hidden">
        <TypeIcon type={current.type} className="size-4 shrink-0" />
        <span className="min-w-0 flex-1 truncate text-sm font-medium">{current.title}</span>
        <Button onClick={() => setOpen(true)}>Change type</Button>
      </div>
      <Dialog open={open} onClose={() => setOpen(false)} title="Type of monitor">
        <TypeChoices types={types} current={current.type} onPick={() => setOpen(false)} />
      </Dialog>
    </>
  )
}
