import { useNavigate, useSearch } from '@tanstack/react-router'
import type { Monitor } from '@/types'
import { Select } from '@/ui/select'
import { regionName } from './region-words'

const ALL = '*'

/** Which region the address asks for; one that the monitor does not have is none. */
export function useRegion({ regions }: Pick<Monitor, 'regions'>): string | undefined {
  const { region } = useSearch({ from: '/app/monitors/$id' })
  return regions.find((one) => one === region)
}

/** One place or all of them; nothing while there is only one. `all` is left out where only one can be shown at a time. */
export function RegionSelect({ monitor, all = false }: { monitor: Pick<Monitor, 'regions'>; all?: boolean }) {
  const search = useSearch({ from: '/app/monitors/$id' })
  const navigate = useNavigate({ from: '/monitors/$id' })
  const region = useRegion(monitor)
  if (monitor.regions.length < 2) return null
  const pick = (next: string) =>
    void navigate({
      search: { ...search, region: next === ALL ? undefined : next, page: undefined },
      replace: true,
      resetScroll: false,
    })
  return (
    <div className="w-36">
      <Select
        label="Region"
        className="h-7 text-xs"
        value={region ?? (all ? ALL : monitor.regions[0])}
        onChange={pick}
        choices={[
          ...(all ? [{ value: ALL, label: 'All regions' }] : []),
          ...monitor.regions.map((value) => ({ value, label: regionName(value) })),
        ]}
      />
    </div>
  )
}
