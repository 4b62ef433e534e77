import { useEffect, useRef, useSyncExternalStore } from 'react'

/** `{ n: create, 'g m': goToMonitors }`: single keys, or two in a row. */
export type Shortcuts = Record<string, () => void>

const KEY = 'xinex.shortcuts'
const PAIR_MS = 1000
// A toast is a dialog by its role, but takes nothing over.
const FLOATING =
  '[role="dialog"]:not([data-toast]), [role="alertdialog"]:not([data-toast]), [role="menu"], [role="listbox"]'
// The newest map is asked first: what a page says wins over what the shell says.
const stack: { current: Shortcuts }[] = []
const listeners = new Set<() => void>()
let first = ''
let firstAt = 0

const stored = () => {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}
let enabled = stored() !== 'off'

/** Single keys get in the way of speech input, so they can be turned off: https://www.w3.org/WAI/WCAG22/Understanding/character-key-shortcuts */
export function setShortcutsEnabled(on: boolean): void {
  enabled = on
  try {
    localStorage.setItem(KEY, on ? 'on' : 'off')
  } catch {
    // Holds until the page is closed.
  }
  for (const listener of listeners) listener()
}
export const useShortcutsEnabled = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => enabled,
  )

/** Typing, and anything that floats above the page, has the keys for itself. */
function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return true
  const { target } = event
  if (target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select')))
    return true
  return document.querySelector(FLOATING) !== null
}

const find = (keys: string) => stack.findLast((shortcuts) => keys in shortcuts.current)?.current[keys]

function press(event: KeyboardEvent) {
  if (!enabled || isTaken(event)) return
  const pair = event.timeStamp - firstAt < PAIR_MS ? find(`${first} ${event.key}`) : undefined
  first = event.key
  firstAt = pair ? 0 : event.timeStamp
  const act = pair ?? find(event.key)
  if (!act) return
  event.preventDefault()
  act()
}

/** Active while the component is on the page; ignored while somebody types or a dialog is open. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const ref = useRef(shortcuts)
  ref.current = shortcuts
  useEffect(() => {
    if (stack.length === 0) addEventListener('keydown', press)
    stack.push(ref)
    return () => {
      stack.splice(stack.indexOf(ref), 1)
      if (stack.length === 0) removeEventListener('keydown', press)
    }
  }, [])
}
