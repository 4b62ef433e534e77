import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { incidentsQuery } from '@/parts/data'
import { IncidentRows } from '@/parts/incident-list'
import { Card, CardHead } from '@/ui/card'
import { Pager } from '@/ui/pager'
import { EmptyState, ErrorState, SkeletonRows } from '@/ui/states'
import { Glyph } from '@/ui/status'

const PER_PAGE = 25

export function IncidentsTab({ id }: { id: string }) {
  const search = useSearch({ from: '/app/monitors/$id' })
  const { page = 1 } = search
  const navigate = useNavigate({ from: '/monitors/$id' })
  const { data, error, refetch } = useQuery({
    ...incidentsQuery({ monitor_id: id, page, per_page: PER_PAGE }),
    placeholderData: keepPreviousData,
  })
  return (
    <Card aria-labelledby="all-incidents" className="mt-4 overflow-hidden">
      <CardHead
        id="all-incidents"
        title="Incidents"
        hint={data && data.total > 0 ? `${data.total} in all` : undefined}
      />
      {data ? (
        data.items.length > 0 ? (
          <IncidentRows incidents={data.items} />
        ) : (
          <EmptyState icon={<Glyph status="up" size={24} />} title="No incident so far">
            One opens when the checks fail often enough in a row.
          </EmptyState>
        )
      ) : error ? (
        <ErrorState error={error} retry={refetch} />
      ) : (
        <SkeletonRows />
      )}
      {data && (
        <Pager
          page={page}
          perPage={PER_PAGE}
          total={data.total}
          onPage={(next) => void navigate({ search: { ...search, page: next === 1 ? undefined : next } })}
        />
      )}
    </Card>
  )
}
