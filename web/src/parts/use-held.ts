import { useEffect, useState } from 'react'

/** A pointer that rests for longer is not about to click. */
const RESTING_MS = 8000

/** Whether the pointer is moving over the area: rows must not change places under it. */
export function useHeld() {
  const [held, setHeld] = useState(false)
  const [element, area] = useState<HTMLElement | null>(null)
  useEffect(() => {
    if (!element) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const release = () => {
      clearTimeout(timer)
      setHeld(false)
    }
    const hold = ({ pointerType }: PointerEvent) => {
      if (pointerType !== 'mouse') return
      clearTimeout(timer)
      timer = setTimeout(release, RESTING_MS)
      setHeld(true)
    }
    // Native listeners: React counts an open menu as part of the row, although the pointer has left it.
    element.addEventListener('pointermove', hold)
    element.addEventListener('pointerleave', release)
    return () => {
      release()
      element.removeEventListener('pointermove', hold)
      element.removeEventListener('pointerleave', release)
    }
  }, [element])
  return { held, area }
}
