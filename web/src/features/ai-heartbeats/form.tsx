import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Page } from '@/shell/page'
import { ErrorState, Skeleton } from '@/ui/states'
import { Editor } from './editor'
import { agentQuery } from './queries'

const above = (
  <Link key="ai-heartbeats" to="/ai-heartbeats">
    AI heartbeats
  </Link>
)
const Frame = ({ title, trail, children }: { title: string; trail?: ReactNode; children: ReactNode }) => (
  <Page title={title} trail={trail ? [above, trail] : [above]} narrow>
    {children}
  </Page>
)

function Edit({ id }: { id: string }) {
  // What is being edited must be the present, and must not change under the hands.
  const { data, error, refetch, isFetchedAfterMount } = useQuery({
    ...agentQuery(id),
    ...{ refetchOnMount: 'always', refetchOnWindowFocus: false },
  })
  if (error)
    return (
      <Frame title="Edit AI heartbeat">
        <ErrorState error={error} retry={refetch} />
      </Frame>
    )
  if (!data || !isFetchedAfterMount)
    return (
      <Frame title="Edit AI heartbeat">
        <Skeleton className="h-[60dvh] w-full rounded-lg" />
      </Frame>
    )
  const back = (
    <Link key="agent" to="/ai-heartbeats/$id" params={{ id }}>
      {data.name}
    </Link>
  )
  return (
    <Frame title="Edit AI heartbeat" trail={back}>
      <Editor key={id} agent={data} />
    </Frame>
  )
}

/** `/ai-heartbeats/new` and `/ai-heartbeats/$id/edit`. */
export function AiHeartbeatForm() {
  const { id } = useParams({ strict: false })
  if (id) return <Edit id={id} />
  return (
    <Frame title="New AI heartbeat">
      <Editor />
    </Frame>
  )
}
