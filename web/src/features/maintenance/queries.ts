import { useQueryClient } from '@tanstack/react-query'
import { api } from '@/api'
import { keys } from '@/keys'
import type { Page } from '@/types'
import type { MaintenanceWindow } from './types'

/** Windows begin and end by themselves. */
const FRESH_MS = 15_000
export const windowsQuery = {
  queryKey: keys.maintenanceWindows,
  refetchInterval: FRESH_MS,
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    api.get<Page<MaintenanceWindow>>('/maintenance-windows', { per_page: 100 }, { signal }),
}

/** A window changes what is said of all that it covers. */
export function useWindowsChanged() {
  const client = useQueryClient()
  return () => {
    for (const queryKey of [keys.maintenanceWindows, ['monitors'], ['monitor'], keys.allHeartbeats, ['heartbeat']])
      void client.invalidateQueries({ queryKey })
  }
}
