import { Toast as Base } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'

const manager = Base.createToastManager()

/** The result of an own action: `toast('Monitor paused', { action: { label: 'Undo', run } })`. Failures stay where they happened. */
export function toast(
  title: string,
  { description, action }: { description?: string; action?: { label: string; run: () => void } } = {},
) {
  const id = manager.add({
    title,
    description,
    timeout: 5000,
    ...(action && {
      actionProps: {
        children: action.label,
        onClick: () => {
          manager.close(id)
          action.run()
        },
      },
    }),
  })
}

function Toasts() {
  const { toasts } = Base.useToastManager()
  return toasts.map((item) => (
    <Base.Root
      key={item.id}
      toast={item}
      data-toast
      className="flex items-start gap-3 rounded-md bg-raised py-2.5 pr-2 pl-3.5 shadow-pop transition-opacity duration-(--base) data-ending-style:opacity-0 data-starting-style:opacity-0"
    >
      <div className="min-w-0 flex-1 py-0.5">
        <Base.Title className="text-sm font-medium tracking-normal" />
        <Base.Description className="text-xs text-muted" />
      </div>
      {item.actionProps && (
        <Base.Action className="h-6 shrink-0 rounded-xs px-2 text-sm font-medium text-accent hover:bg-raised-hover coarse:h-10" />
      )}
      <Base.Close
        aria-label="Dismiss"
        className="grid size-6 shrink-0 place-items-center rounded-xs text-subtle hover:bg-raised-hover coarse:size-10"
      >
        <X className="size-3.5" />
      </Base.Close>
    </Base.Root>
  ))
}

/** Bottom right on desktops, top on phones; announced politely. */
export const ToastProvider = ({ children }: { children: ReactNode }) => (
  <Base.Provider toastManager={manager} limit={3}>
    {children}
    <Base.Portal>
      <Base.Viewport className="fixed inset-x-3 top-3 z-60 mx-auto flex max-w-sm flex-col gap-2 outline-none md:top-auto md:right-6 md:bottom-6 md:left-auto md:w-90">
        <Toasts />
      </Base.Viewport>
    </Base.Portal>
  </Base.Provider>
)
