import { RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { sentenceOf } from '@/api'
import { Button } from './button'
import { cx } from './cx'
import { sentence } from './format'
import { Glyph } from './status'

/** One grey shape in its final geometry; invisible for the first 150 ms. */
export const Skeleton = ({ className }: { className?: string }) => (
  <div aria-hidden className={cx('skeleton h-4', className)} />
)

export const SkeletonRows = ({ rows = 6, height = 'h-13' }: { rows?: number; height?: string }) => (
  <div aria-busy role="status" aria-label="Loading" className="divide-y divide-line">
    {Array.from({ length: rows }, (_, i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all the same.
      <div key={i} className={cx('flex items-center gap-4 px-4', height)}>
        <Skeleton className="size-4 rounded-full" />
        <div className="flex-1 space-y-1.5">
          <Skeleton className="h-3 w-44 max-w-[60%]" />
          <Skeleton className="h-2.5 w-64 max-w-[80%]" />
        </div>
      </div>
    ))}
  </div>
)

type EmptyProps = {
  title: ReactNode
  /** `h1` where this is all of the page. */
  heading?: 'h1' | 'h2'
  children?: ReactNode
  action?: ReactNode
  icon?: ReactNode
  className?: string
}
/** What will be here, and the one thing to do about it. */
export const EmptyState = ({ title, heading: Heading = 'h2', children, action, icon, className }: EmptyProps) => (
  <div className={cx('grid content-center place-items-center px-6 py-14 text-center', className)}>
    <div className="text-subtle [&_svg]:size-6">{icon ?? <Glyph status="paused" size={24} />}</div>
    <Heading className="mt-3 text-md">{title}</Heading>
    {children && <div className="mt-1 max-w-md text-sm text-muted">{children}</div>}
    {action && <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div>}
  </div>
)

/** A part of the page could not be loaded; the rest stays usable. */
export const ErrorState = ({
  error,
  retry,
  title = 'This could not be loaded',
  className,
}: {
  error: unknown
  retry?: () => void
  title?: ReactNode
  className?: string
}) => (
  <div role="alert" className={cx('grid content-center place-items-center px-6 py-14 text-center', className)}>
    <Glyph status="degraded" size={24} />
    <h2 className="mt-3 text-md">{title}</h2>
    <p className="mt-1 max-w-md text-sm text-muted">{sentence(sentenceOf(error))}</p>
    {retry && (
      <Button className="mt-4" onClick={retry}>
        <RotateCw />
        Try again
      </Button>
    )}
  </div>
)

/** Thin bar over kept data while it is renewed. */
export const Refreshing = ({ when }: { when: boolean }) => (
  <div
    aria-hidden
    className={cx('h-0.5 bg-accent transition-opacity duration-(--base)', when ? 'opacity-60 delay-300' : 'opacity-0')}
  />
)
