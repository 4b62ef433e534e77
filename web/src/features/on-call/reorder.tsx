import { GripVertical } from 'lucide-react'
import { type KeyboardEvent, type PointerEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react'
import { cx } from '@/ui/cx'

/** The list with one entry at another place. */
export function movedTo<T>(items: readonly T[], from: number, to: number): T[] {
  const rest = items.filter((_, i) => i !== from)
  const item = items[from]
  if (item === undefined) return [...items]
  return [...rest.slice(0, to), item, ...rest.slice(to)]
}

type Props<T> = {
  items: readonly T[]
  idOf: (item: T) => string | number
  nameOf: (item: T) => string
  /** `next` is the whole list as it is then, also where the one that was handed in is not drawn anew yet. */
  onMove: (from: number, to: number, next: T[]) => void
  /** The list's name, for those who hear it. */
  label: string
  /** Nobody may change the order. */
  fixed?: boolean
  className?: string
  children: (item: T, handle: ReactNode, index: number) => ReactNode
}

/**
 * A list whose order matters: drag an entry by its handle, or focus the handle and press an arrow key. The new place is
 * read out; the focus stays on the handle that moves.
 */
export function Reorder<T>({ items, idOf, nameOf, onMove, label, fixed, className, children }: Props<T>) {
  const list = useRef<HTMLOListElement>(null)
  const [held, setHeld] = useState<number | null>(null)
  const [said, say] = useState('')

  // A second key may come before the first move is drawn: it counts from where the entry is by then.
  const order = useRef(items)
  useLayoutEffect(() => {
    order.current = items
  }, [items])

  const move = (from: number, to: number) => {
    const item = order.current[from]
    if (to < 0 || to >= items.length || to === from || item === undefined) return
    const next = movedTo(order.current, from, to)
    order.current = next
    onMove(from, to, next)
    say(`${nameOf(item)} is now number ${to + 1} of ${items.length}.`)
  }
  const press = (item: T) => (event: KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    const index = order.current.findIndex((one) => idOf(one) === idOf(item))
    move(index, index + by)
  }
  const drag = (event: PointerEvent) => {
    if (held === null || !list.current) return
    const rows = [...list.current.children]
    const over = rows.findIndex((row) => {
      const { top, bottom } = row.getBoundingClientRect()
      return event.clientY >= top && event.clientY < bottom
    })
    if (over < 0 || over === held) return
    // Rows differ in height: only past the middle of the next one, or they would change places for ever.
    const { top, height } = (rows[over] as Element).getBoundingClientRect()
    const past = over > held ? event.clientY > top + height / 2 : event.clientY < top + height / 2
    if (!past) return
    move(held, over)
    setHeld(over)
  }
  const handle = (item: T, index: number) =>
    fixed ? null : (
      <button
        type="button"
        aria-label={`Move ${nameOf(item)}, number ${index + 1} of ${items.length}: arrow keys`}
        title="Drag, or press the arrow keys"
        onKeyDown={press(item)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          setHeld(index)
        }}
        onPointerMove={drag}
        onPointerUp={() => setHeld(null)}
        onPointerCancel={() => setHeld(null)}
        className="grid size-7 shrink-0 cursor-grab touch-none place-items-center rounded-sm text-subtle hover:bg-hover hover:text-fg active:cursor-grabbing coarse:size-10 [&_svg]:size-4"
      >
        <GripVertical aria-hidden />
      </button>
    )
  return (
    <>
      <ol ref={list} aria-label={label} className={className}>
        {items.map((item, index) => (
          <li key={idOf(item)} className={cx(held === index && 'relative z-10 bg-hover')}>
            {children(item, handle(item, index), index)}
          </li>
        ))}
      </ol>
      <p role="status" className="sr-only">
        {said}
      </p>
    </>
  )
}
