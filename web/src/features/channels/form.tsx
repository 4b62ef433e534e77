import { useQuery } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { channelTypesQuery } from '@/parts/data'
import { useCan } from '@/session'
import { Page } from '@/shell/page'
import type { ChannelType } from '@/types'
import { buttonClass } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { EmptyState, ErrorState, Skeleton } from '@/ui/states'
import { Deliveries } from './deliveries'
import { Editor } from './editor'
import { Failure } from './failure'
import { ProviderCards, ProviderList } from './provider-picker'
import { channelQuery } from './queries'

const channels = (
  <Link key="channels" to="/channels">
    Channels
  </Link>
)
const Frame = ({ title, children }: { title: string; children: ReactNode }) => (
  <Page title={title} trail={[channels]} narrow>
    {children}
  </Page>
)
const Loading = () => <Skeleton className="h-[60dvh] w-full rounded-lg" />

function New({ types: all, wanted }: { types: readonly ChannelType[]; wanted: string | undefined }) {
  const isAdmin = useCan('instance:admin')
  const types = isAdmin ? all : all.filter(({ admins_only }) => !admins_only)
  const type = types.find((one) => one.type === wanted)
  if (!wanted) return <ProviderCards types={types} />
  if (!type)
    return (
      <EmptyState
        title={all.some((one) => one.type === wanted) ? 'It is not for you to set up' : 'There is no such provider'}
        action={
          <Link to="/channels/new" className={buttonClass()}>
            Choose a provider
          </Link>
        }
      >
        {all.some((one) => one.type === wanted)
          ? 'Only an admin of this appliance may set up such a channel.'
          : `The address names “${wanted}”, which this version does not have.`}
      </EmptyState>
    )
  return <Editor type={type} picker={<ProviderList types={types} current={type.type} />} />
}

function Edit({ id, types }: { id: string; types: readonly ChannelType[] }) {
  // What is being edited must be the present, and must not change under the hands.
  const { data, error, refetch, isFetchedAfterMount } = useQuery({
    ...channelQuery(id),
    refetchOnMount: 'always',
    refetchOnWindowFocus: false,
  })
  if (error && !data)
    return (
      <Frame title="Edit channel">
        <ErrorState error={error} retry={() => void refetch()} title="The channel could not be loaded" />
      </Frame>
    )
  if (!data || !isFetchedAfterMount)
    return (
      <Frame title="Edit channel">
        <Loading />
      </Frame>
    )
  const type = types.find((one) => one.type === data.type)
  const aside = (
    <div className="min-w-0 space-y-4">
      {data.failure && <Failure provider={type?.title ?? data.type} failure={data.failure} />}
      <Card aria-labelledby="deliveries">
        <CardHead id="deliveries" title="Recent deliveries" />
        <Deliveries channelId={id} />
      </Card>
    </div>
  )
  return (
    <Frame title={data.name}>
      {type ? (
        <Editor key={id} type={type} channel={data} aside={aside} />
      ) : (
        <EmptyState title={`This version has no channels of the type “${data.type}”`} />
      )}
    </Frame>
  )
}

/** `/channels/new` and `/channels/$id`. */
export function ChannelForm() {
  const { id } = useParams({ strict: false })
  const { type } = useSearch({ strict: false })
  const types = useQuery(channelTypesQuery)
  if (!types.data)
    return (
      <Frame title={id ? 'Edit channel' : 'New channel'}>
        {types.error ? <ErrorState error={types.error} retry={() => void types.refetch()} /> : <Loading />}
      </Frame>
    )
  if (id) return <Edit id={id} types={types.data} />
  return (
    <Frame title="New channel">
      <New types={types.data} wanted={type} />
    </Frame>
  )
}
