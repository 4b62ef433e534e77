import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { api, sentenceOf } from '@/api'
import { keys } from '@/keys'
import { useCan } from '@/session'
import { Page } from '@/shell/page'
import { Avatar } from '@/ui/bits'
import { Button, buttonClass } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Notice } from '@/ui/field'
import { duration, sentence } from '@/ui/format'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { At } from '@/ui/time'
import type { DrillDetail as Drill } from './types'
import { answeredWords, wayWords } from './words'

/** Messages going out are not told live, only answers are. */
const FRESH_MS = 2_000

const Person = ({ person }: { person: Drill['people'][number] }) => (
  <li className="flex items-start gap-3 px-4 py-3">
    <Avatar name={person.user_name} size={28} />
    <div className="min-w-0 flex-1">
      <p className="flex flex-wrap justify-between gap-x-3 text-sm">
        <span className="font-medium wrap-anywhere">{person.user_name}</span>
        <span className={person.answer_s === null ? 'text-muted' : 'text-up'}>
          {person.answer_s === null ? 'Not answered' : `Answered after ${duration(person.answer_s)}`}
        </span>
      </p>
      <p className="text-xs text-subtle">
        Step {person.step + 1}, called <At at={person.called_at} seconds />
        {person.delivered_at && (
          <>
            , delivered <At at={person.delivered_at} seconds />
          </>
        )}
      </p>
      <ul className="text-xs text-muted wrap-anywhere">
        {person.ways.map((way) => (
          <li key={way.name}>{wayWords(way)}</li>
        ))}
      </ul>
    </div>
  </li>
)

function End({ drill }: { drill: Drill }) {
  const client = useQueryClient()
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.post<Drill>(`/drills/${drill.id}/end`, {}),
    onSuccess: (ended) => {
      client.setQueryData(keys.drill(drill.id), ended)
      void client.invalidateQueries({ queryKey: keys.drills, exact: true })
    },
  })
  return (
    <>
      {error && <Notice>{sentence(sentenceOf(error))}</Notice>}
      <Button busy={isPending} onClick={() => mutate()}>
        End drill
      </Button>
    </>
  )
}

/** Who was called by what, and how long they took. */
export function DrillDetail() {
  const { id } = useParams({ from: '/app/on-call/drills/$id' })
  const mayWrite = useCan('on_call:write')
  const { data, error, refetch } = useQuery<Drill>({
    queryKey: keys.drill(id),
    refetchInterval: ({ state }) => (state.data?.ended_at ? false : FRESH_MS),
    queryFn: ({ signal }) => api.get<Drill>(`/drills/${id}`, {}, { signal }),
  })
  const actions = data && (
    <>
      <Link to="/incidents/$id" params={{ id }} className={buttonClass()}>
        {data.ended_at ? 'See why' : 'Acknowledge or see why'}
      </Link>
      {!data.ended_at && mayWrite && <End drill={data} />}
    </>
  )
  const trail = [
    <Link key="drills" to="/on-call/drills">
      Drills
    </Link>,
  ]
  return (
    <Page title="Fire drill" trail={trail} actions={actions}>
      {data ? (
        <Card aria-labelledby="drill-people">
          <CardHead
            id="drill-people"
            title={answeredWords(data)}
            hint={data.ended_at ? 'The drill is over' : 'The drill is running'}
          />
          {data.message && <p className="px-4 py-3 text-sm text-muted wrap-anywhere">{data.message}</p>}
          {data.people.length === 0 && (
            <p className="px-4 py-3 text-sm text-muted">
              Nobody has been called. If that stays so, nobody who was meant can be reached: the incident says why.
            </p>
          )}
          <ul aria-label="People called" className="divide-y divide-line">
            {data.people.map((person) => (
              <Person key={`${person.user_id} ${person.called_at} ${person.step}`} person={person} />
            ))}
          </ul>
        </Card>
      ) : error ? (
        <ErrorState error={error} retry={refetch} title="The drill could not be loaded" />
      ) : (
        <SkeletonRows rows={3} />
      )}
    </Page>
  )
}
