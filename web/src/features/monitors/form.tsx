import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { monitorTypesQuery } from '@/parts/data'
import { Page } from '@/shell/page'
import type { MonitorType } from '@/types'
import { buttonClass } from '@/ui/button'
import { EmptyState, ErrorState, Skeleton } from '@/ui/states'
import { Editor } from './editor'
import { monitorQuery } from './queries'
import { TypeChoices, TypePicker } from './type-picker'

const monitors = (
  <Link key="monitors" to="/monitors">
    Monitors
  </Link>
)

const Frame = ({ title, trail, children }: { title: string; trail?: ReactNode; children: ReactNode }) => (
  <Page title={title} trail={trail ? [monitors, trail] : [monitors]} narrow>
    {children}
  </Page>
)
const Loading = () => <Skeleton className="h-[60dvh] w-full rounded-lg" />

function New({ types, wanted }: { types: readonly MonitorType[]; wanted: string | undefined }) {
  const type = types.find((one) => one.type === wanted)
  if (!wanted) return <TypeChoices autoFocus types={types} />
  if (!type)
    return (
      <EmptyState
        title="There is no such type of monitor"
        action={
          <Link to="/monitors/new" className={buttonClass()}>
            Choose a type
          </Link>
        }
      >
        The address names “{wanted}”, which this version does not have.
      </EmptyState>
    )
  return <Editor type={type} picker={<TypePicker types={types} current={type} />} />
}

function Edit({ id, types }: { id: string; types: readonly MonitorType[] }) {
  // What is being edited must be the present, and must not change under the hands.
  const { data, error, refetch, isFetchedAfterMount } = useQuery({
    ...monitorQuery(id),
    refetchOnMount: 'always',
    refetchOnWindowFocus: false,
  })
  if (error)
    return (
      <Frame title="Edit monitor">
        <ErrorState error={error} retry={refetch} />
      </Frame>
    )
  if (!data || !isFetchedAfterMount)
    return (
      <Frame title="Edit monitor">
        <Loading />
      </Frame>
    )
  const type = types.find((one) => one.type === data.type)
  const back = (
    <Link key="monitor" to="/monitors/$id" params={{ id }}>
      {data.name}
    </Link>
  )
  return (
    <Frame title="Edit monitor" trail={back}>
      {type ? (
        <Editor key={id} type={type} monitor={data} />
      ) : (
        <EmptyState title={`This version has no monitors of the type “${data.type}”`} />
      )}
    </Frame>
  )
}

/** `/monitors/new`, `/monitors/new/$type` and `/monitors/$id/edit`. */
export function MonitorForm() {
  const { id, type } = useParams({ strict: false })
  const types = useQuery(monitorTypesQuery)
  if (!types.data)
    return (
      <Frame title={id ? 'Edit monitor' : 'New monitor'}>
        {types.error ? <ErrorState error={types.error} retry={types.refetch} /> : <Loading />}
      </Frame>
    )
  if (id) return <Edit id={id} types={types.data} />
  return (
    <Frame title="New monitor">
      <New types={types.data} wanted={type} />
    </Frame>
  )
}
