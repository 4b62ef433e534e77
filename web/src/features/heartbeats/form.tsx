import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { heartbeatQuery } from '@/parts/heartbeats'
import { Page } from '@/shell/page'
import { ErrorState, Skeleton } from '@/ui/states'
import { Editor } from './editor'

const heartbeats = (
  <Link key="heartbeats" to="/heartbeats">
    Heartbeats
  </Link>
)
const Frame = ({ title, trail, children }: { title: string; trail?: ReactNode; children: ReactNode }) => (
  <Page title={title} trail={trail ? [heartbeats, trail] : [heartbeats]} narrow>
    {children}
  </Page>
)

function Edit({ id }: { id: string }) {
  // What is being edited must be the present, and must not change under the hands.
  const { data, error, refetch, isFetchedAfterMount } = useQuery({
    ...heartbeatQuery(id),
    refetchOnMount: 'always',
    refetchOnWindowFocus: false,
  })
  if (error)
    return (
      <Frame title="Edit heartbeat">
        <ErrorState error={error} retry={refetch} />
      </Frame>
    )
  if (!data || !isFetchedAfterMount)
    return (
      <Frame title="Edit heartbeat">
        <Skeleton className="h-[60dvh] w-full rounded-lg" />
      </Frame>
    )
  const back = (
    <Link key="heartbeat" to="/heartbeats/$id" params={{ id }}>
      {data.name}
    </Link>
  )
  return (
    <Frame title="Edit heartbeat" trail={back}>
      <Editor key={id} heartbeat={data} />
    </Frame>
  )
}

/** `/heartbeats/new` and `/heartbeats/$id/edit`. */
export function HeartbeatForm() {
  const { id } = useParams({ strict: false })
  if (id) return <Edit id={id} />
  return (
    <Frame title="New heartbeat">
      <Editor />
    </Frame>
  )
}
