import { useVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'

const WIDE = '(min-width: 48rem)'
const subscribeWide = (listener: () => void) => {
  const query = matchMedia(WIDE)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}
/** Whether rows have columns; the same width as Tailwind's `md`. */
export const useWide = () => useSyncExternalStore(subscribeWide, () => matchMedia(WIDE).matches)

const scroller = () => document.getElementById('main')

/** How far below the top of the page the list begins; changes when something above it comes or goes. */
function useMargin(list: RefObject<HTMLElement | null>): number {
  const [margin, setMargin] = useState(0)
  useLayoutEffect(() => {
    const main = scroller()
    const measure = () => {
      if (main && list.current)
        setMargin(list.current.getBoundingClientRect().top - main.getBoundingClientRect().top + main.scrollTop)
    }
    measure()
    const watch = new ResizeObserver(measure)
    if (main?.firstElementChild) watch.observe(main.firstElementChild)
    return () => watch.disconnect()
  }, [list])
  return margin
}

/** Only the rows in sight are drawn; the page itself scrolls. */
export function useRows(total: number) {
  const list = useRef<HTMLDivElement>(null)
  const wide = useWide()
  const height = wide ? 52 : 66
  const margin = useMargin(list)
  const rows = useVirtualizer({
    count: total,
    getScrollElement: scroller,
    estimateSize: () => height,
    overscan: 8,
    scrollMargin: margin,
    // Below the sticky filter bar and table head.
    scrollPaddingStart: 110,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height of a row changes with the width of the window
  useEffect(() => rows.measure(), [height])
  return { list, rows, margin, height }
}
