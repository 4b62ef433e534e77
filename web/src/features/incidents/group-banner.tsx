import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Layers } from 'lucide-react'
import { api, sentenceOf } from '@/api'
import { keys } from '@/keys'
import { incidentStatusLabel } from '@/parts/incident-words'
import { useCan } from '@/session'
import type { CorrelationGroup, Incident } from '@/types'
import { Button } from '@/ui/button'
import { sentence } from '@/ui/format'

function Members({ group, own }: { group: CorrelationGroup; own: string }) {
  return (
    <details className="mt-1">
      <summary className="flex min-h-11 cursor-pointer items-center text-sm text-accent md:min-h-8">
        Show all of them
      </summary>
      <ul aria-label="Incidents of the group" className="text-sm">
        {group.incidents.map(({ id, title, status }) => (
          <li key={id} className="flex min-h-11 flex-wrap items-center gap-x-2 md:min-h-8">
            {id === own ? (
              <span className="font-medium wrap-anywhere">{title} (this one)</span>
            ) : (
              <Link to="/incidents/$id" params={{ id }} className="text-accent wrap-anywhere hover:underline">
                {title}
              </Link>
            )}
            <span className="text-xs text-subtle">{incidentStatusLabel[status]}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}

function Banner({ group, own }: { group: CorrelationGroup; own: string }) {
  const client = useQueryClient()
  const mayRespond = useCan('incidents:respond')
  const { mutate, isPending, error } = useMutation({
    mutationFn: (verb: 'ack' | 'resolve') => api.post(`/correlation-groups/${group.id}/${verb}`, {}),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.allIncidents })
      for (const { id } of group.incidents) void client.invalidateQueries({ queryKey: keys.incident(id) })
    },
  })
  const { root_incident_id: root } = group
  return (
    <section aria-label="Group" className="mt-4 rounded-lg border border-line bg-surface px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <p className="flex min-w-0 flex-1 basis-60 items-start gap-2 text-sm">
          <Layers aria-hidden className="mt-0.5 size-4 shrink-0 text-subtle" />
          <span className="min-w-0 wrap-anywhere">
            One of {group.size} in “{group.title}”.{' '}
            {root === own ? (
              'This one is probably the cause.'
            ) : (
              <Link to="/incidents/$id" params={{ id: root }} className="text-accent underline underline-offset-2">
                Go to the probable cause
              </Link>
            )}
          </span>
        </p>
        {mayRespond && group.status === 'open' && (
          <div className="flex flex-wrap gap-2">
            {group.incidents.some(({ status }) => status === 'open') && (
              <Button disabled={isPending} onClick={() => mutate('ack')}>
                Acknowledge all
              </Button>
            )}
            <Button disabled={isPending} onClick={() => mutate('resolve')}>
              Resolve all
            </Button>
          </div>
        )}
      </div>
      {error && (
        <p role="alert" className="text-xs text-down">
          {sentence(sentenceOf(error))}
        </p>
      )}
      <Members group={group} own={own} />
    </section>
  )
}

/** Where several incidents are one trouble: which, what is the cause, and one press for all. */
export function GroupBanner({ incident: { id, group_id } }: { incident: Incident }) {
  const { data } = useQuery({
    queryKey: keys.correlationGroup(group_id ?? ''),
    enabled: group_id !== null,
    queryFn: ({ signal }) => api.get<CorrelationGroup>(`/correlation-groups/${group_id}`, {}, { signal }),
  })
  return data && data.size > 1 ? <Banner group={data} own={id} /> : null
}
