import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Incident } from '@/types'
import { Avatar } from '@/ui/bits'
import { cx } from '@/ui/cx'
import { sentence } from '@/ui/format'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { Glyph } from '@/ui/status'
import { Ago } from '@/ui/time'
import { activeIncidentsQuery } from './data'
import { HeldTag } from './held'
import { IncidentButtons } from './incident-buttons'
import { glyphOf, incidentStatusLabel, severityLabel } from './incident-words'

const SHOWN = 5

function Row({ incident }: { incident: Incident }) {
  return (
    <li className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-3 gap-y-2.5 px-4 py-3 lg:grid-cols-[auto_minmax(0,1fr)_auto_auto]">
      <Glyph status={glyphOf(incident)} size={18} />
      <div className="min-w-0">
        <Link
          to="/incidents/$id"
          params={{ id: incident.id }}
          className="block text-md font-medium hover:underline md:truncate md:text-sm"
        >
          {incident.title}
        </Link>
        <div className="text-xs text-subtle md:truncate">
          {severityLabel[incident.severity]}, opened <Ago at={incident.opened_at} />
          {incident.message && `. ${sentence(incident.message)}`}
        </div>
        {incident.held && <HeldTag held={incident.held} className="mt-0.5" />}
      </div>
      <div
        className={cx(
          'col-start-2 flex items-center gap-2 text-xs text-muted lg:col-start-auto',
          incident.status === 'open' && 'max-lg:hidden',
        )}
      >
        {incident.status === 'acknowledged' && incident.acknowledged_by && (
          <Avatar name={incident.acknowledged_by} size={20} />
        )}
        {incident.status === 'acknowledged'
          ? `Acknowledged${incident.acknowledged_by ? ` by ${incident.acknowledged_by}` : ''}`
          : incidentStatusLabel[incident.status]}
      </div>
      <div className="col-start-2 lg:col-start-auto lg:w-52">
        <IncidentButtons incident={incident} />
      </div>
    </li>
  )
}

/** What needs a person now. `quiet`: nothing at all is drawn while there is nothing to do. */
export function OpenIncidents({ quiet }: { quiet?: boolean }) {
  const { data, error, refetch } = useQuery(activeIncidentsQuery)
  if (quiet && !error && !data?.total) return null
  return (
    <section aria-labelledby="open-incidents" className="mt-5">
      <div className="mb-2 flex items-center gap-2">
        <h2 id="open-incidents" className="text-md">
          Open incidents
        </h2>
        <Link to="/incidents" className="ml-auto text-sm text-muted hover:text-fg">
          View all
        </Link>
      </div>
      <div className="overflow-hidden rounded-lg border border-line bg-surface">
        {data ? (
          data.total > 0 ? (
            <ul className="divide-y divide-line">
              {data.items.slice(0, SHOWN).map((incident) => (
                <Row key={incident.id} incident={incident} />
              ))}
              {data.total > SHOWN && (
                <li className="px-4 py-2.5 text-sm">
                  <Link to="/incidents" className="text-muted hover:text-fg">
                    {data.total - SHOWN} more
                  </Link>
                </li>
              )}
            </ul>
          ) : (
            <p className="flex items-center gap-2.5 px-4 py-4 text-sm text-muted">
              <Glyph status="up" />
              Nothing needs you right now.
            </p>
          )
        ) : error ? (
          <ErrorState error={error} retry={refetch} className="py-8" />
        ) : (
          <SkeletonRows rows={2} />
        )}
      </div>
    </section>
  )
}
