import { Link } from '@tanstack/react-router'
import { Hourglass } from 'lucide-react'
import type { Held } from '@/types'
import { cx } from '@/ui/cx'

/** Why nobody is told yet: `Held: Router is down`. */
export function heldWords({ why, name }: Pick<Held, 'why' | 'name'>): string {
  if (why === 'asking_parent') return `Held: ${name} is being checked first`
  if (why === 'asking_again') return 'Held: being checked once more'
  return `Held: ${name} is down`
}

/** The label, small enough for rows. */
export const HeldTag = ({ held, className }: { held: Held; className?: string }) => (
  <span
    className={cx(
      'inline-flex max-w-full items-center gap-1 rounded-xs bg-paused-soft px-1.5 py-px text-2xs text-paused ring-1 ring-paused-line ring-inset',
      className,
    )}
  >
    <Hourglass aria-hidden className="size-3 shrink-0" />
    <span className="truncate">{heldWords(held)}</span>
  </span>
)

/** The whole sentence, with the way to the monitor that it waits for. */
export function HeldLine({ held }: { held: Held }) {
  const name = (
    <Link to="/monitors/$id" params={{ id: held.by }} className="font-medium text-accent hover:underline">
      {held.name}
    </Link>
  )
  return (
    <span className="inline-flex items-start gap-1.5">
      <Hourglass aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <span className="min-w-0">
        {held.why === 'asking_again' ? (
          'Held: it is being checked once more before anybody is told.'
        ) : held.why === 'asking_parent' ? (
          <>Held: {name} is being checked first, and nobody is told until it has answered.</>
        ) : (
          <>Held: {name} is down. Nobody is told about this one until that has recovered.</>
        )}
      </span>
    </span>
  )
}
