import { useSyncExternalStore } from 'react'

export type Theme = 'auto' | 'light' | 'dark'
const KEY = 'xinex.theme'
const listeners = new Set<() => void>()
const system = matchMedia('(prefers-color-scheme: dark)')
system.addEventListener('change', () => notify())

function notify() {
  for (const listener of listeners) listener()
}
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const current = (): Theme => {
  const { theme } = document.documentElement.dataset
  return theme === 'light' || theme === 'dark' ? theme : 'auto'
}
const isDark = () => (current() === 'auto' ? system.matches : current() === 'dark')

/** Takes effect at once and is remembered in this browser. */
export function setTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // A browser that stores nothing still shows the choice until it is closed.
  }
  notify()
}

export const useTheme = () => useSyncExternalStore(subscribe, current)
/** What the eye sees now, with `auto` resolved. */
export const useDark = () => useSyncExternalStore(subscribe, isDark)
