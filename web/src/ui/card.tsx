import type { ComponentProps, ReactNode } from 'react'
import { cx } from './cx'

export const Card = ({ className, ...props }: ComponentProps<'section'>) => (
  <section {...props} className={cx('min-w-0 rounded-lg border border-line bg-surface', className)} />
)

/** Title row of a card; `children` are controls at the right. */
export const CardHead = ({
  title,
  hint,
  children,
  id,
}: {
  title: ReactNode
  hint?: ReactNode
  children?: ReactNode
  id?: string
}) => (
  <header className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2">
    <h2 id={id} className="text-md">
      {title}
    </h2>
    {hint && <span className="text-xs text-subtle">{hint}</span>}
    {children && <div className="ml-auto flex flex-wrap items-center justify-end gap-2">{children}</div>}
  </header>
)

/** Rows of name and value. */
export const Facts = ({ facts }: { facts: readonly (readonly [ReactNode, ReactNode])[] }) => (
  <dl className="space-y-2.5 px-4 py-3.5 text-sm">
    {facts.map(([name, value], i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the rows are fixed.
      <div key={i} className="flex justify-between gap-4">
        <dt className="shrink-0 text-subtle">{name}</dt>
        <dd className="min-w-0 text-right break-words">{value}</dd>
      </div>
    ))}
  </dl>
)
