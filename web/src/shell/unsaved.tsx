import { useBlocker } from '@tanstack/react-router'
import { type ReactNode, useRef } from 'react'
import { ConfirmDialog } from '@/ui/dialog'

/**
 * Asks before typed things are lost, also when the tab is closed. Render `dialog`; call `release` once the changes are
 * stored and before leaving. Another search on the same page is no leaving, nor is an address below `within`.
 */
export function useUnsaved(dirty: boolean, within?: string): { dialog: ReactNode; release: () => void } {
  const held = useRef(dirty)
  held.current = dirty
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) =>
      held.current && current.pathname !== next.pathname && !(within && next.pathname.startsWith(within)),
    enableBeforeUnload: () => held.current,
    withResolver: true,
  })
  const dialog = (
    <ConfirmDialog
      open={blocker.status === 'blocked'}
      onClose={() => blocker.reset?.()}
      title="Leave without saving?"
      effect="What you changed on this page is lost."
      action="Leave"
      onConfirm={async () => blocker.proceed?.()}
    />
  )
  return {
    dialog,
    release: () => {
      held.current = false
    },
  }
}
