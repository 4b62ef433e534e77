import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Siren } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { OnCallFrame } from '@/features/on-call/tabs'
import { keys } from '@/keys'
import { useCan } from '@/session'
import type { Page } from '@/types'
import { Button } from '@/ui/button'
import { EmptyState, ErrorState, SkeletonRows } from '@/ui/states'
import { Ago } from '@/ui/time'
import { StartDialog } from './start-dialog'
import type { Drill } from './types'
import { answeredWords } from './words'

const Row = ({ drill }: { drill: Drill }) => (
  <li className="relative px-4 py-3 focus-within:bg-hover hover:bg-hover">
    <Link
      to="/on-call/drills/$id"
      params={{ id: drill.id }}
      className="text-sm font-medium outline-offset-[-2px] after:absolute after:inset-0"
    >
      {drill.ended_at ? 'Fire drill' : 'Fire drill, running'}
    </Link>
    <p className="text-xs text-subtle">
      {answeredWords(drill)} · started <Ago at={drill.started_at} />
    </p>
    {drill.message && <p className="truncate text-xs text-muted">{drill.message}</p>}
  </li>
)

/** Fire drills: real messages, no trouble. */
export function DrillList() {
  const [starting, setStarting] = useState(false)
  const mayWrite = useCan('on_call:write')
  const { data, error, refetch } = useQuery({
    queryKey: keys.drills,
    queryFn: ({ signal }) => api.get<Page<Drill>>('/drills', { per_page: 100 }, { signal }),
  })
  const start = mayWrite && (
    <Button variant="primary" onClick={() => setStarting(true)}>
      <Siren />
      Start a drill
    </Button>
  )
  return (
    <OnCallFrame title="Drills" actions={data && data.items.length > 0 && start}>
      {data?.items.length === 0 ? (
        <EmptyState icon={<Siren />} title="No drills yet" action={start}>
          A drill calls people the way a real incident would, says that it is one, and measures how soon they answer.
        </EmptyState>
      ) : (
        <div className="-mx-4 border-y border-line bg-surface md:mx-0 md:rounded-lg md:border-x">
          {data ? (
            <ul aria-label="Drills" className="divide-y divide-line">
              {data.items.map((drill) => (
                <Row key={drill.id} drill={drill} />
              ))}
            </ul>
          ) : error ? (
            <ErrorState error={error} retry={refetch} title="The drills could not be loaded" />
          ) : (
            <SkeletonRows rows={3} />
          )}
        </div>
      )}
      {starting && <StartDialog onClose={() => setStarting(false)} />}
    </OnCallFrame>
  )
}
