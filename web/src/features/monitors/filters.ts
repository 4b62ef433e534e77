import type { MonitorSort, MonitorsSearch } from '@/search'
import type { MonitorTag } from '@/types'

export const sortLabel: Record<MonitorSort, string> = {
  status: 'Problems first',
  name: 'Name, A to Z',
  '-name': 'Name, Z to A',
  '-created_at': 'Newest first',
  created_at: 'Oldest first',
}
export type FilterProps = {
  search: MonitorsSearch
  onChange: (part: Partial<MonitorsSearch>) => void
  tags: readonly MonitorTag[]
}
