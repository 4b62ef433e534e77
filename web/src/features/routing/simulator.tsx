import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { isoOf, MomentField } from '@/features/on-call/moment-field'
import { useSettled } from '@/features/on-call/preview-card'
import { OnCallFrame } from '@/features/on-call/tabs'
import type { Told } from '@/features/on-call/types'
import { keys } from '@/keys'
import { useMe } from '@/session'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { cx } from '@/ui/cx'
import { sentence } from '@/ui/format'
import { ErrorState, Skeleton } from '@/ui/states'
import { useNow } from '@/ui/time'
import { type Asked, emptyAsked, questionOf } from './subject'
import { SubjectFields } from './subject-fields'
import { ToldView } from './told'

const MINUTE = 60_000
const DAY = 86_400_000
const toMinute = (at: number) => Math.floor(at / MINUTE) * MINUTE
const SHORTCUTS = [
  ['Now', 0],
  ['In 12 hours', DAY / 2],
  ['Tomorrow', DAY],
  ['In a week', 7 * DAY],
] as const

function useSimulated(asked: Asked, at: number) {
  const question = questionOf(asked)
  const { settled, fresh } = useSettled(question && !Number.isNaN(at) ? { ...question, at: isoOf(at) } : null)
  const query = useQuery({
    queryKey: keys.told({ simulate: settled }),
    enabled: settled !== null,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.post<Told>('/on-call/simulate', settled, { signal }),
  })
  return { ...query, settled, fresh }
}

/** Who would be called if something failed at a moment, in which order, by what. Nobody is told. */
export function Simulator() {
  const { monitor, heartbeat, at: askedAt } = useSearch({ from: '/app/on-call/simulator' })
  const zone = useMe().timezone
  const now = useNow(MINUTE)
  const [asked, setAsked] = useState<Asked>({
    ...emptyAsked,
    ...{ kind: heartbeat ? 'heartbeat' : 'monitor', monitor: monitor ?? null, heartbeat: heartbeat ?? null },
  })
  const [at, setAt] = useState(() => toMinute(Date.parse(askedAt ?? '') || now))
  const { data, error, refetch, isFetching, settled, fresh } = useSimulated(asked, at)
  const faults = fresh ? fieldsOf(error) : {}
  return (
    <OnCallFrame title="Simulator">
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-2">
        <Card aria-labelledby="question">
          <CardHead id="question" title="If this fails" hint="nobody is told" />
          <div className="space-y-4 p-4">
            <SubjectFields asked={asked} onChange={setAsked} errors={faults} />
            <MomentField name="at" label="At" value={at} onChange={setAt} zone={zone} error={faults.at} />
            <div className="flex flex-wrap gap-1.5">
              {SHORTCUTS.map(([label, ahead]) => (
                <Button key={label} size="sm" onClick={() => setAt(toMinute(now + ahead))}>
                  {label}
                </Button>
              ))}
            </div>
          </div>
        </Card>
        <Card aria-labelledby="answer">
          <CardHead id="answer" title="Then" />
          {settled === null ? (
            <p className="px-4 py-3.5 text-sm text-muted">
              Choose what fails and when: here stands who would be called, in which order, by what, and why.
            </p>
          ) : error && fresh ? (
            Object.keys(faults).length > 0 ? (
              <p role="status" className="px-4 py-3.5 text-sm text-down">
                {sentence(Object.values(faults)[0] ?? '')}
              </p>
            ) : (
              <ErrorState error={error} retry={refetch} />
            )
          ) : data ? (
            <div className={cx('transition-opacity', (!fresh || isFetching) && 'opacity-60')}>
              <ToldView told={data} />
            </div>
          ) : (
            <Skeleton className="m-4 h-40" />
          )}
        </Card>
      </div>
    </OnCallFrame>
  )
}
