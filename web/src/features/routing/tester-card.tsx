import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { useSettled } from '@/features/on-call/preview-card'
import type { Told } from '@/features/on-call/types'
import { keys } from '@/keys'
import { Card, CardHead } from '@/ui/card'
import { cx } from '@/ui/cx'
import { sentence } from '@/ui/format'
import { Skeleton } from '@/ui/states'
import type { bodyOf } from './draft'
import { emptyAsked, questionOf } from './subject'
import { SubjectFields } from './subject-fields'
import { ToldView } from './told'

/** What would become of an incident with the rule as it stands in the form, while it is typed. */
export function TesterCard({ rule, id }: { rule: ReturnType<typeof bodyOf>; id?: string }) {
  const [asked, setAsked] = useState(emptyAsked)
  const question = questionOf(asked)
  const { settled, fresh } = useSettled(question && { ...question, rule: { ...rule, ...(id && { id }) } })
  const { data, error, isFetching } = useQuery({
    queryKey: keys.told(settled),
    enabled: settled !== null,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.post<Told>('/alert-routing-rules/test', settled, { signal }),
  })
  const faults = fresh ? fieldsOf(error) : {}
  return (
    <Card aria-labelledby="tester" className="h-fit xl:sticky xl:top-4">
      <CardHead id="tester" title="Try it" hint="with the rule as it stands here" />
      <div className="p-4">
        <SubjectFields asked={asked} onChange={setAsked} errors={faults} />
      </div>
      <div className="border-t border-line">
        {settled === null ? (
          <p className="px-4 py-3.5 text-sm text-muted">
            Choose what fails: here stands which rule it would match, who would be called, and when.
          </p>
        ) : error && fresh ? (
          <p role="status" className="px-4 py-3.5 text-sm text-down">
            {sentence(Object.values(faults)[0] ?? error.message)}
          </p>
        ) : data ? (
          <div className={cx('transition-opacity', (!fresh || isFetching) && 'opacity-60')}>
            <ToldView told={data} />
          </div>
        ) : (
          <Skeleton className="m-4 h-24" />
        )}
      </div>
    </Card>
  )
}
