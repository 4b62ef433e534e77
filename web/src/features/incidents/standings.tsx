import { Link } from '@tanstack/react-router'
import type { Incident } from '@/types'
import { At } from '@/ui/time'

/** What people have decided about it: until when it sleeps, whose it is, what it is part of. */
export function Standings({ incident }: { incident: Incident }) {
  const { snoozed_until, assignee_name, merged_into, status } = incident
  if (!merged_into && !assignee_name && !snoozed_until) return null
  return (
    <ul className="mt-1 text-sm text-muted">
      {snoozed_until && status !== 'resolved' && (
        <li>
          Snoozed until <At at={snoozed_until} />. Nobody is called before that.
        </li>
      )}
      {assignee_name && <li>Assigned to {assignee_name}.</li>}
      {merged_into && (
        <li>
          Merged into{' '}
          <Link to="/incidents/$id" params={{ id: merged_into }} className="text-accent underline underline-offset-2">
            another incident
          </Link>
          .
        </li>
      )}
    </ul>
  )
}
