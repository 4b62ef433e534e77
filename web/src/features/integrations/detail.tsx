import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { ChevronLeft, KeyRound, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { SettingsFrame } from '@/parts/settings-frame'
import { useCan } from '@/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { plural } from '@/ui/format'
import { EmptyState, ErrorState, Skeleton } from '@/ui/states'
import { Ago } from '@/ui/time'
import { type Integration, integrationQuery, typesQuery } from './data'
import { Enter } from './enter'
import { type Act, Questions } from './questions'
import { Settings } from './settings'

const Back = () => (
  <Link
    to="/settings/integrations"
    className="inline-flex min-h-8 items-center gap-1 text-sm text-muted hover:text-fg coarse:min-h-11"
  >
    <ChevronLeft aria-hidden className="size-4" />
    All integrations
  </Link>
)

const Standing = ({ integration: { title, last_event_at, open_incidents } }: { integration: Integration }) => (
  <>
    {title},{' '}
    {last_event_at ? (
      <>
        last event <Ago at={last_event_at} />
      </>
    ) : (
      'no event yet'
    )}
    , {plural(open_incidents, 'open incident')}
  </>
)

function Loaded({ integration }: { integration: Integration }) {
  const may = useCan('integrations:write')
  const types = useQuery(typesQuery)
  const type = types.data?.find((one) => one.type === integration.type)
  if (!may)
    return (
      <Card>
        <EmptyState title="Only members see how it is set up">Its key opens and closes incidents.</EmptyState>
      </Card>
    )
  return (
    <div className="space-y-4">
      <Enter integration={integration} />
      {type ? (
        <Settings key={integration.id} integration={integration} type={type} />
      ) : types.error ? (
        <ErrorState error={types.error} retry={() => void types.refetch()} />
      ) : types.data ? (
        <EmptyState title={`This version has no integrations of the type “${integration.type}”`} />
      ) : (
        <Skeleton className="h-60 w-full rounded-lg" />
      )}
    </div>
  )
}

/** One integration: what to enter where, how its events are read, whether that works. */
export function IntegrationDetail() {
  const { id = '' } = useParams({ strict: false })
  const navigate = useNavigate()
  const may = useCan('integrations:write')
  const { data, error, refetch } = useQuery({ ...integrationQuery(id), refetchOnWindowFocus: false })
  const [asked, setAsked] = useState<Act | null>(null)
  return (
    <SettingsFrame
      title={data?.name ?? 'Integration'}
      lead={data && <Standing integration={data} />}
      actions={
        may &&
        data && (
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => setAsked('key')}>
              <KeyRound />
              Renew key
            </Button>
            <Button onClick={() => setAsked('delete')}>
              <Trash2 />
              Delete
            </Button>
          </div>
        )
      }
    >
      <div className="mb-3">
        <Back />
      </div>
      {error && !data ? (
        <Card>
          <ErrorState error={error} retry={() => void refetch()} />
        </Card>
      ) : data ? (
        <Loaded integration={data} />
      ) : (
        <Skeleton className="h-[50dvh] w-full rounded-lg" />
      )}
      <Questions
        asked={asked && data ? { act: asked, integration: data } : null}
        onClose={() => setAsked(null)}
        onDeleted={() => navigate({ to: '/settings/integrations' })}
      />
    </SettingsFrame>
  )
}
