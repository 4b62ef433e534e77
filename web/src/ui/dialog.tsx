import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { sentenceOf } from '@/api'
import { Button } from './button'
import { cx } from './cx'
import { Notice } from './field'
import { sentence } from './format'
import { Input } from './input'

const scrim =
  'fixed inset-0 z-40 bg-scrim transition-opacity duration-(--base) data-ending-style:opacity-0 data-starting-style:opacity-0'
const popup =
  'fixed top-1/2 left-1/2 z-50 max-h-[calc(100dvh-32px)] w-[calc(100vw-24px)] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-lg bg-raised shadow-pop outline-none transition-opacity duration-(--base) data-ending-style:opacity-0 data-starting-style:opacity-0'

/** Where the focus was on the page itself, outside of menus and dialogs. */
let last: Element | null = null
document.addEventListener('focusin', ({ target }) => {
  if (target instanceof Element && target.closest('#root')) last = target
})
/** A menu or a dialog that led to this one is gone by now: back to what opened that, where it is still there. */
const back = () => (last instanceof HTMLElement && last.isConnected ? last : true)

type DialogProps = {
  open: boolean
  onClose: () => void
  title: ReactNode
  description?: ReactNode
  children: ReactNode
  /** Buttons, right-aligned at the bottom. */
  footer?: ReactNode
  wide?: boolean
}
/** Focus goes in, stays in, and returns to where it was. Esc closes. */
export function Dialog({ open, onClose, title, description, children, footer, wide }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={scrim} />
        <Base.Popup finalFocus={back} className={cx(popup, wide ? 'max-w-2xl' : 'max-w-md')}>
          <header className="flex items-start gap-3 px-5 pt-4">
            <div className="min-w-0 flex-1">
              <Base.Title className="text-lg">{title}</Base.Title>
              {description && <Base.Description className="mt-0.5 text-sm text-muted">{description}</Base.Description>}
            </div>
            <Base.Close
              aria-label="Close"
              className="-mt-0.5 -mr-2 grid size-8 place-items-center rounded-sm text-subtle hover:bg-raised-hover hover:text-fg coarse:size-10"
            >
              <X className="size-4" />
            </Base.Close>
          </header>
          <div className="px-5 py-4">{children}</div>
          {footer && (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

type ConfirmProps = {
  open: boolean
  onClose: () => void
  /** Names the object: `Delete “Checkout API”?` */
  title: ReactNode
  /** Names the effect: `Deletes 90 days of history.` */
  effect: ReactNode
  /** The verb again: `Delete monitor`. */
  action: string
  /** The dialog stays open with the reason when this rejects, and closes when it is done. */
  onConfirm: () => Promise<unknown>
  /** Must be typed first; for what nobody can bring back. */
  typed?: string
}
/** Only for what cannot be undone. */
export function ConfirmDialog({ open, onClose, title, effect, action, onConfirm, typed }: ConfirmProps) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [text, setText] = useState('')
  const close = () => {
    setError(null)
    setText('')
    onClose()
  }
  const confirm = async () => {
    setBusy(true)
    try {
      await onConfirm()
      close()
    } catch (reason) {
      setError(reason)
    } finally {
      setBusy(false)
    }
  }
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && !busy && close()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={scrim} />
        <AlertDialog.Popup finalFocus={back} className={cx(popup, 'max-w-md')}>
          <div className="space-y-3 px-5 py-4">
            <AlertDialog.Title className="text-lg break-words">{title}</AlertDialog.Title>
            <AlertDialog.Description className="text-sm text-muted">{effect}</AlertDialog.Description>
            {typed && (
              <Input
                aria-label={`Type ${typed} to confirm`}
                placeholder={typed}
                value={text}
                onValueChange={setText}
                autoComplete="off"
              />
            )}
            {error !== null && <Notice>{sentence(sentenceOf(error))}</Notice>}
          </div>
          <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
            <Button onClick={close} disabled={busy}>
              Cancel
            </Button>
            <Button variant="danger" busy={busy} disabled={typed !== undefined && text !== typed} onClick={confirm}>
              {action}
            </Button>
          </footer>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
