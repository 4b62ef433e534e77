import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { monitorsQuery } from '@/parts/data'
import { type Named, useMonitors } from '@/parts/monitors'
import type { Monitor, Settings } from '@/types'
import { Card, CardHead } from '@/ui/card'
import { cx } from '@/ui/cx'
import { plural } from '@/ui/format'
import { Glyph, statusLabel, statusText } from '@/ui/status'

function Name({ monitor }: { monitor: Named }) {
  const trouble = monitor.status === 'down' || monitor.status === 'degraded'
  return (
    <span className="flex min-w-0 items-center gap-2 text-sm">
      <Glyph status={monitor.status} size={14} />
      <span className="sr-only">{statusLabel[monitor.status]}:</span>
      <Link
        to="/monitors/$id"
        params={{ id: monitor.id }}
        title={monitor.name}
        className="truncate hover:underline coarse:py-2.5"
      >
        {monitor.name}
      </Link>
      {trouble && (
        <span className={cx('ml-auto shrink-0 text-xs', statusText[monitor.status])}>
          {statusLabel[monitor.status]}
        </span>
      )}
    </span>
  )
}

/** Only what is known by now; a monitor that was deleted meanwhile is left out. */
const named = (ids: readonly string[], known: ReadonlyMap<string, Named>) => ids.flatMap((id) => known.get(id) ?? [])

const branch = 'space-y-1.5 border-l border-line pl-3 ml-[7px]'
const CHILDREN = 8

/** What must work for this one to work, and what waits for this one. */
export function DependenciesCard({ monitor }: { monitor: Monitor }) {
  const parents = named(monitor.parents, useMonitors(monitor.parents))
  const { data } = useQuery(monitorsQuery({ parent: monitor.id, sort: 'status', per_page: CHILDREN }))
  const children = data?.items ?? []
  const more = (data?.total ?? 0) - children.length
  if (monitor.parents.length === 0 && children.length === 0) return null
  const here = (
    <span className="flex items-center gap-2 text-sm font-medium">
      <Glyph status={monitor.status} size={14} />
      <span className="sr-only">{statusLabel[monitor.status]}:</span>
      <span className="truncate">{monitor.name}</span>
    </span>
  )
  const below = children.length > 0 && (
    <ul className={cx(branch, 'mt-1.5')} aria-label="Depend on this monitor">
      {children.map((child) => (
        <li key={child.id}>
          <Name monitor={child} />
        </li>
      ))}
      {more > 0 && <li className="text-xs text-subtle">and {plural(more, 'more', 'more')}</li>}
    </ul>
  )
  return (
    <Card aria-labelledby="dependencies">
      <CardHead id="dependencies" title="Dependencies" />
      <div className="px-4 py-3.5">
        {parents.length > 0 ? (
          <>
            <ul className="space-y-1.5" aria-label="This monitor depends on">
              {parents.map((parent) => (
                <li key={parent.id}>
                  <Name monitor={parent} />
                </li>
              ))}
            </ul>
            <div className={cx(branch, 'mt-1.5')}>
              {here}
              {below}
            </div>
          </>
        ) : (
          <>
            {here}
            {below}
          </>
        )}
      </div>
    </Card>
  )
}

/** Those with trouble first. */
const RANK = { down: 0, degraded: 1, unknown: 2, pending: 3, maintenance: 4, paused: 5, up: 6 }

/** The members of a group with where each of them stands, also of a group that is still being put together. */
export function MembersCard({ settings, title = 'Members' }: { settings: Settings; title?: string }) {
  const ids = Array.isArray(settings.members) ? settings.members.map(String) : []
  const known = useMonitors(ids)
  const members = named(ids, known).sort((a, b) => RANK[a.status] - RANK[b.status] || a.name.localeCompare(b.name))
  const works = members.filter(({ status }) => status === 'up' || status === 'degraded').length
  const must = settings.rule === 'at_least' && typeof settings.at_least === 'number' ? settings.at_least : ids.length
  return (
    <Card aria-labelledby="members" className="h-fit overflow-hidden">
      <CardHead id="members" title={title} hint={ids.length > 0 && `${works} of ${ids.length} work, ${must} must`} />
      {ids.length === 0 ? (
        <p className="px-4 py-3.5 text-sm text-muted">Choose the members: here stands how each of them is right now.</p>
      ) : (
        <ul className="max-h-96 divide-y divide-line overflow-y-auto">
          {members.map((member) => (
            <li key={member.id} className="px-4 py-2">
              <Name monitor={member} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
