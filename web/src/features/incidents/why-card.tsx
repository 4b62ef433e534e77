import { useQuery } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import type { Incident, Page, Why } from '@/types'
import { Avatar, Tag } from '@/ui/bits'
import { Card, CardHead } from '@/ui/card'
import { sentence } from '@/ui/format'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { At } from '@/ui/time'
import { renewal } from './queries'
import { type Followed, followedWords, toldWord } from './standing-words'

/** Below the incident's key: whatever renews the incident renews this as well. */
const whyQuery = (incident: Incident) => ({
  queryKey: keys.incidentPart(incident.id, 'why'),
  refetchInterval: () => renewal(incident, Date.now()),
  queryFn: ({ signal }: { signal: AbortSignal }) => api.get<Why>(`/incidents/${incident.id}/why`, {}, { signal }),
})

/** What the rules led to: one alert for each policy that is followed. The default policy is named by the chain itself. */
const alertsQuery = ({ id, status, updated_at }: Incident) => ({
  queryKey: keys.incidentPart(id, 'alerts'),
  refetchInterval: () => renewal({ status, updated_at }, Date.now()),
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    api.get<Page<Followed>>('/alerts', { incident_id: id, per_page: 100 }, { signal }),
})

function Steps({ steps }: { steps: { at: string; message: string }[] }) {
  return (
    <ol className="grid gap-1 pb-2 pl-9 text-xs text-muted">
      {steps.map(({ at, message }, place) => (
        // Two steps may share moment and words; their order never changes.
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is what tells them apart
        <li key={place} className="wrap-anywhere">
          <span className="text-subtle tabular-nums">
            <At at={at} seconds />
          </span>{' '}
          {sentence(message)}
        </li>
      ))}
    </ol>
  )
}

function Person({ person }: { person: Why['people'][number] }) {
  const { user_name, told, steps } = person
  const line = (
    <>
      <Avatar name={user_name} size={24} />
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center gap-x-2">
          <span className="text-sm font-medium wrap-anywhere">{user_name}</span>
          <Tag>{toldWord(told, person.sentence)}</Tag>
        </span>
        <span className="block text-xs text-muted wrap-anywhere">{sentence(person.sentence)}</span>
      </span>
    </>
  )
  const shape = 'flex min-h-11 items-center gap-3 py-1.5'
  if (steps.length === 0) return <li className={shape}>{line}</li>
  return (
    <li>
      <details className="group">
        <summary
          className={`${shape} cursor-pointer list-none rounded-sm hover:bg-hover [&::-webkit-details-marker]:hidden`}
        >
          {line}
          <ChevronRight aria-hidden className="size-4 shrink-0 text-subtle group-open:rotate-90" />
        </summary>
        <Steps steps={steps} />
      </details>
    </li>
  )
}

function Told({ why, followed }: { why: Why; followed: Followed[] }) {
  return (
    <div className="grid gap-3 px-4 py-3">
      <p className="text-sm wrap-anywhere">{why.sentence}</p>
      <ul aria-label="People">
        {why.people.map((person) => (
          <Person key={person.user_id} person={person} />
        ))}
      </ul>
      {why.channels.length > 0 && (
        <section>
          <h3 className="text-xs text-subtle">Channels</h3>
          <ul aria-label="Channels">
            {why.channels.map((channel) => (
              <li key={channel.channel_id} className="py-1 text-sm wrap-anywhere">
                <span className="font-medium">{channel.name}</span>{' '}
                <span className="text-xs text-muted">{sentence(channel.sentence)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {why.chain.length > 0 && (
        <section>
          <h3 className="text-xs text-subtle">How that was decided</h3>
          <ol aria-label="Decisions" className="list-decimal pl-5 text-sm">
            {why.chain.map(({ message, took, what }) => (
              <li key={`${what} ${message}`} className={took ? 'wrap-anywhere' : 'wrap-anywhere text-muted'}>
                {sentence(message)}
              </li>
            ))}
            {followed.map((alert) => (
              <li key={alert.id} className="wrap-anywhere">
                {followedWords(alert)}
              </li>
            ))}
          </ol>
        </section>
      )}
    </div>
  )
}

/** For every person and channel of the workspace: told or not, and the reason. */
export function WhyCard({ incident, children }: { incident: Incident; children: ReactNode }) {
  const { data, error, refetch } = useQuery(whyQuery(incident))
  const alerts = useQuery(alertsQuery(incident))
  return (
    <Card aria-labelledby="incident-why">
      <CardHead id="incident-why" title="Who was told, and why" />
      {data ? (
        <Told why={data} followed={(alerts.data?.items ?? []).filter(({ rule_name }) => rule_name)} />
      ) : error ? (
        <ErrorState error={error} retry={refetch} title="The reasons could not be loaded" />
      ) : (
        <SkeletonRows rows={3} />
      )}
      {children}
    </Card>
  )
}
