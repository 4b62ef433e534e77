import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { policiesQuery, policyQuery } from '@/features/on-call/queries'
import { useCan } from '@/session'
import { Page } from '@/shell/page'
import { ErrorState, Skeleton } from '@/ui/states'
import { Editor } from './editor'
import { ReadOnly } from './read-only'

const trail = [
  <Link key="on-call" to="/on-call">
    On call
  </Link>,
  <Link key="policies" to="/on-call/policies">
    Escalation
  </Link>,
]
const Frame = ({ title, children }: { title: string; children: ReactNode }) => (
  <Page title={title} trail={trail}>
    {children}
  </Page>
)
const Waiting = () => <Skeleton className="h-[60dvh] w-full rounded-lg" />

function Edit({ id }: { id: string }) {
  // What is being edited must be the present, and must not change under the hands.
  const { data, error, refetch, isFetchedAfterMount } = useQuery({
    ...policyQuery(id),
    refetchOnMount: 'always',
    refetchOnWindowFocus: false,
  })
  const mayWrite = useCan('on_call:write')
  return (
    <Frame title={data?.name ?? 'Escalation policy'}>
      {error ? (
        <ErrorState error={error} retry={refetch} />
      ) : !data || !isFetchedAfterMount ? (
        <Waiting />
      ) : mayWrite ? (
        <Editor key={id} policy={data} />
      ) : (
        <ReadOnly policy={data} />
      )}
    </Frame>
  )
}

function New() {
  // Whether it is the first one decides what it begins with.
  const { data, error, refetch } = useQuery(policiesQuery)
  return (
    <Frame title="New escalation policy">
      {data ? (
        <Editor isFirst={data.total === 0} />
      ) : error ? (
        <ErrorState error={error} retry={refetch} />
      ) : (
        <Waiting />
      )}
    </Frame>
  )
}

/** `/on-call/policies/new` and `/on-call/policies/$id`. */
export function PolicyForm() {
  const { id } = useParams({ strict: false })
  return id ? <Edit id={id} /> : <New />
}
