import { BellRing, Hash, type LucideIcon, Mail, MessagesSquare, Send, Webhook } from 'lucide-react'
import { cx } from '@/ui/cx'

const ICON: Record<string, LucideIcon> = {
  email: Mail,
  webhook: Webhook,
  slack: Hash,
  discord: MessagesSquare,
  telegram: Send,
  ntfy: BellRing,
}

/** The picture of a provider, or the first letter of one that has none here. */
export function ProviderIcon({ type, className }: { type: string; className?: string }) {
  const Icon = ICON[type]
  if (Icon) return <Icon aria-hidden strokeWidth={1.75} className={cx('size-4 shrink-0', className)} />
  return (
    <span aria-hidden className={cx('grid size-4 shrink-0 place-items-center text-xs font-semibold', className)}>
      {type.charAt(0).toUpperCase()}
    </span>
  )
}

export const ProviderGlyph = ({ type, off }: { type: string; off?: boolean }) => (
  <span
    className={cx(
      'grid size-9 shrink-0 place-items-center rounded-md border border-line bg-sunken',
      off ? 'text-subtle' : 'text-fg',
    )}
  >
    <ProviderIcon type={type} className="size-4.5" />
  </span>
)
