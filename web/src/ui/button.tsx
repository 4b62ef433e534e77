import { LoaderCircle } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { cx } from './cx'
import { Tooltip } from './tooltip'

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger'
const VARIANT: Record<ButtonVariant, string> = {
  primary: 'bg-ink text-on-ink hover:not-disabled:bg-ink-hover',
  secondary: 'border border-line-strong bg-surface text-fg shadow-xs hover:not-disabled:bg-hover',
  ghost: 'text-muted hover:not-disabled:bg-hover hover:not-disabled:text-fg',
  danger: 'bg-danger text-on-danger hover:not-disabled:opacity-90',
}
const SIZE = { sm: 'h-7 px-2.5 text-xs coarse:h-10 coarse:px-3.5', md: 'h-8 px-3 text-sm coarse:h-11 coarse:px-4' }

/** The classes alone, for links that look like buttons. */
export const buttonClass = (variant: ButtonVariant = 'secondary', size: 'sm' | 'md' = 'md', className?: string) =>
  cx(
    'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-sm font-medium whitespace-nowrap select-none transition-colors duration-(--fast) disabled:opacity-50 aria-disabled:opacity-50 [&_svg]:size-3.5 [&_svg]:shrink-0',
    SIZE[size],
    VARIANT[variant],
    className,
  )

type Props = ComponentProps<'button'> & {
  variant?: ButtonVariant
  size?: 'sm' | 'md'
  /** Shows a spinner in place of the first icon and ignores clicks; the label stays, so nothing jumps. */
  busy?: boolean
}
export function Button({ variant, size, busy, className, children, disabled, ...props }: Props) {
  return (
    <button
      type="button"
      {...props}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cx(buttonClass(variant, size, className), busy && '[&>svg:not(.spin)]:hidden')}
    >
      {busy && <LoaderCircle className="spin" aria-hidden />}
      {children}
    </button>
  )
}

/** A button that is only an icon; its label is read out and shown as a tooltip. */
export function IconButton({
  label,
  className,
  children,
  ...props
}: ComponentProps<'button'> & { label: string; children: ReactNode }) {
  return (
    <Tooltip text={label}>
      <button
        type="button"
        {...props}
        aria-label={label}
        className={cx(
          'inline-grid size-7 shrink-0 place-items-center rounded-sm text-subtle transition-colors duration-(--fast) hover:bg-hover hover:text-fg disabled:opacity-50 data-popup-open:bg-active coarse:size-10 [&_svg]:size-4',
          className,
        )}
      >
        {children}
      </button>
    </Tooltip>
  )
}
