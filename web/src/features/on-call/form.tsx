import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Page } from '@/shell/page'
import { ErrorState, Skeleton } from '@/ui/states'
import { Editor } from './editor'
import { scheduleQuery } from './queries'

const onCall = (
  <Link key="on-call" to="/on-call">
    On call
  </Link>
)
const Frame = ({ title, trail, children }: { title: string; trail?: ReactNode; children: ReactNode }) => (
  <Page title={title} trail={trail ? [onCall, trail] : [onCall]}>
    {children}
  </Page>
)

function Edit({ id }: { id: string }) {
  // What is being edited must be the present, and must not change under the hands.
  const { data, error, refetch, isFetchedAfterMount } = useQuery({
    ...scheduleQuery(id),
    refetchOnMount: 'always',
    refetchOnWindowFocus: false,
  })
  if (error)
    return (
      <Frame title="Edit schedule">
        <ErrorState error={error} retry={refetch} />
      </Frame>
    )
  if (!data || !isFetchedAfterMount)
    return (
      <Frame title="Edit schedule">
        <Skeleton className="h-[60dvh] w-full rounded-lg" />
      </Frame>
    )
  const back = (
    <Link key="schedule" to="/on-call/schedules/$id" params={{ id }}>
      {data.name}
    </Link>
  )
  return (
    <Frame title="Edit schedule" trail={back}>
      <Editor key={id} schedule={data} />
    </Frame>
  )
}

/** `/on-call/schedules/new` and `/on-call/schedules/$id/edit`. */
export function ScheduleForm() {
  const { id } = useParams({ strict: false })
  if (id) return <Edit id={id} />
  return (
    <Frame title="New schedule">
      <Editor />
    </Frame>
  )
}
