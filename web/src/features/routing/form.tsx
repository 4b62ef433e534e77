import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ruleQuery } from '@/features/on-call/queries'
import { useCan } from '@/session'
import { Page } from '@/shell/page'
import { Card } from '@/ui/card'
import { ErrorState, Skeleton } from '@/ui/states'
import { Editor } from './editor'
import { RuleWords } from './rule-words'

const trail = [
  <Link key="on-call" to="/on-call">
    On call
  </Link>,
  <Link key="rules" to="/on-call/rules">
    Routing
  </Link>,
]
const Frame = ({ title, children }: { title: string; children: ReactNode }) => (
  <Page title={title} trail={trail}>
    {children}
  </Page>
)

function Edit({ id }: { id: string }) {
  // What is being edited must be the present, and must not change under the hands.
  const { data, error, refetch, isFetchedAfterMount } = useQuery({
    ...ruleQuery(id),
    refetchOnMount: 'always',
    refetchOnWindowFocus: false,
  })
  const mayWrite = useCan('on_call:write')
  return (
    <Frame title={data?.name ?? 'Routing rule'}>
      {error ? (
        <ErrorState error={error} retry={refetch} />
      ) : !data || !isFetchedAfterMount ? (
        <Skeleton className="h-[60dvh] w-full rounded-lg" />
      ) : mayWrite ? (
        <Editor key={id} rule={data} />
      ) : (
        <Card className="max-w-2xl p-4">
          <RuleWords rule={data} />
        </Card>
      )}
    </Frame>
  )
}

/** `/on-call/rules/new` and `/on-call/rules/$id`. */
export function RuleForm() {
  const { id } = useParams({ strict: false })
  if (id) return <Edit id={id} />
  return (
    <Frame title="New routing rule">
      <Editor />
    </Frame>
  )
}
