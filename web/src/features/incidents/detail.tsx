import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ApiError } from '@/api'
import { useTitle } from '@/shell/title'
import type { IncidentDetail as Detail } from '@/types'
import { Breadcrumb } from '@/ui/bits'
import { buttonClass } from '@/ui/button'
import { EmptyState, ErrorState, Skeleton } from '@/ui/states'
import { DetailsCard } from './details-card'
import { GroupBanner } from './group-banner'
import { DetailHead, PhoneBar, Standing } from './head'
import { Messages } from './messages'
import { PostmortemCard } from './postmortem-card'
import { attemptsQuery, incidentQuery } from './queries'
import { Timeline } from './timeline'
import { WhyCard } from './why-card'

/** As high as the page, so that the bar of phones is at the bottom of short incidents as well. */
const Frame = ({ name, children }: { name: ReactNode; children: ReactNode }) => (
  <div className="mx-auto flex min-h-full max-w-[1480px] flex-col px-4 md:px-6 md:pb-10">
    <Breadcrumb
      trail={[
        <Link key="incidents" to="/incidents">
          Incidents
        </Link>,
      ]}
      here={name}
    />
    {children}
  </div>
)

const Waiting = () => (
  <Frame name={<Skeleton className="w-32" />}>
    <Skeleton className="h-8 w-96 max-w-full" />
    <Skeleton className="mt-2 h-4 w-64 max-w-full" />
    <div className="mt-5 grid gap-4 lg:grid-cols-[minmax(0,1fr)_304px]">
      <Skeleton className="h-96 rounded-lg" />
      <Skeleton className="h-64 rounded-lg max-lg:hidden" />
    </div>
  </Frame>
)

function Missing({ error, retry }: { error: unknown; retry: () => void }) {
  if (!(error instanceof ApiError && error.status === 404))
    return <ErrorState error={error} retry={retry} title="The incident could not be loaded" />
  return (
    <EmptyState
      title="This incident does not exist"
      action={
        <Link to="/incidents" className={buttonClass()}>
          Back to incidents
        </Link>
      }
    >
      Check the address. Incidents belong to one workspace and cannot be opened from another.
    </EmptyState>
  )
}

function Body({ incident }: { incident: Detail }) {
  const attempts = useQuery(attemptsQuery(incident))
  return (
    <>
      <DetailHead incident={incident} />
      <Standing incident={incident} />
      <GroupBanner incident={incident} />
      <div className="mt-4 mb-4 grid items-start gap-4 print:block lg:grid-cols-[minmax(0,1fr)_304px]">
        <div className="grid min-w-0 gap-4">
          <WhyCard incident={incident}>
            <Messages incident={incident} attempts={attempts} />
          </WhyCard>
          <Timeline incident={incident} attempts={attempts.data?.items ?? []} />
          <PostmortemCard incident={incident} />
        </div>
        <div className="print:hidden">
          <DetailsCard incident={incident} />
        </div>
      </div>
      <PhoneBar incident={incident} />
    </>
  )
}

export function IncidentDetail() {
  const { id } = useParams({ from: '/app/incidents/$id' })
  const { data, error, refetch } = useQuery(incidentQuery(id))
  useTitle(data?.title)
  if (data)
    return (
      <Frame name={data.title}>
        {/* A new incident is a new page: no half-written comment moves over to it. */}
        <Body key={id} incident={data} />
      </Frame>
    )
  if (!error) return <Waiting />
  return (
    <Frame name="Incident">
      <h1 className="sr-only">Incident</h1>
      <Missing error={error} retry={refetch} />
    </Frame>
  )
}
