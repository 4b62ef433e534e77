import { useEffect, useRef } from 'react'
import { useShortcuts } from '@/shell/shortcuts'

const rowAt = (index: number) => document.querySelector<HTMLElement>(`[data-row="${index}"]`)
const focusedRow = () => {
  const row = document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset.row
  return row === undefined ? -1 : Number(row)
}
/** Its own button, so that waiting and refusals show where they would after a click. */
const press = (verb: 'ack' | 'resolve') =>
  rowAt(focusedRow())?.querySelector<HTMLButtonElement>(`button[data-verb="${verb}"]`)?.click()

/** j and k walk through the rows, a and r act on the one the focus is in; Enter is the link's own. */
export function useRowKeys(ids: readonly string[]) {
  const total = ids.length
  const focus = (index: number) => rowAt(index)?.querySelector<HTMLElement>('[data-open]')?.focus()
  useShortcuts({
    j: () => focus(Math.min(total - 1, focusedRow() + 1)),
    k: () => focus(Math.max(0, focusedRow() - 1)),
    a: () => press('ack'),
    r: () => press('resolve'),
  })

  // A row that leaves the list takes the focus with it: it goes on to the one that took its place.
  const last = useRef(-1)
  useEffect(() => {
    const note = () => {
      const row = focusedRow()
      if (row >= 0) last.current = row
      else if (document.activeElement !== document.body) last.current = -1
    }
    document.addEventListener('focusin', note)
    return () => document.removeEventListener('focusin', note)
  }, [])
  const shown = ids.join(' ')
  useEffect(() => {
    if (shown && last.current >= 0 && document.activeElement === document.body)
      rowAt(Math.min(last.current, shown.split(' ').length - 1))
        ?.querySelector<HTMLElement>('[data-open]')
        ?.focus()
  }, [shown])
}
