import type { ReactNode } from 'react'
import { Card, CardHead } from '@/ui/card'

type Props = { icon?: ReactNode; title: ReactNode; children?: ReactNode; action?: ReactNode }
/** One thing with what is to know about it and what can be done. */
export const Row = ({ icon, title, children, action }: Props) => (
  <>
    {icon && (
      <span aria-hidden className="shrink-0 text-subtle [&_svg]:size-4">
        {icon}
      </span>
    )}
    <div className="min-w-0 flex-1 basis-48">
      <div className="flex flex-wrap items-center gap-x-2 text-sm font-medium break-words">{title}</div>
      {children && <div className="text-xs text-subtle">{children}</div>}
    </div>
    {action}
  </>
)
/** The same as an item of a card that is not a list from the server. */
export const CardRow = (props: Props) => (
  <div className="flex min-h-15 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
    <Row {...props} />
  </div>
)

export const On = ({ children }: { children: ReactNode }) => (
  <span className="rounded-full bg-accent-soft px-1.5 text-2xs font-medium text-accent">{children}</span>
)

/** A list with nothing in it yet, in the height of one row. */
export const EmptyCard = ({
  title,
  controls,
  children,
}: {
  title: string
  controls?: ReactNode
  children: ReactNode
}) => (
  <Card>
    <CardHead title={title}>{controls}</CardHead>
    <p className="px-4 py-3.5 text-sm text-muted">{children}</p>
  </Card>
)
