import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { incidentsQuery } from '@/parts/data'
import { IncidentRows } from '@/parts/incident-list'
import { Card, CardHead } from '@/ui/card'
import { Pager } from '@/ui/pager'
import { ErrorState, SkeletonRows } from '@/ui/states'

/** Every incident about one heartbeat. */
export function IncidentsCard({ id, perPage, className }: { id: string; perPage: number; className?: string }) {
  const [page, setPage] = useState(1)
  const { data, error, refetch } = useQuery({
    ...incidentsQuery({ heartbeat_id: id, page, per_page: perPage }),
    placeholderData: keepPreviousData,
  })
  return (
    <Card aria-labelledby="incidents" className={className}>
      <CardHead id="incidents" title="Incidents" hint={data && data.total > 0 ? `${data.total} in all` : undefined} />
      {data ? (
        data.items.length > 0 ? (
          <IncidentRows incidents={data.items} />
        ) : (
          <p className="px-4 py-4 text-sm text-muted">
            No incident so far. One opens when it stays away, says that it failed, or is not as expected.
          </p>
        )
      ) : error ? (
        <ErrorState error={error} retry={refetch} className="py-8" />
      ) : (
        <SkeletonRows rows={3} />
      )}
      {data && <Pager page={page} perPage={perPage} total={data.total} onPage={setPage} />}
    </Card>
  )
}
