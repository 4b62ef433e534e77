import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '@/api'
import { keys } from '@/keys'
import type { MfaState } from '@/types'

export const useFactors = () =>
  useQuery({ queryKey: keys.mfa, queryFn: ({ signal }) => api.get<MfaState>('/me/mfa', {}, { signal }) })

/** Reads again what a change of factors touches: oneself, the factors, the passkeys, the sessions it ended. */
export function useFactorsChanged() {
  const client = useQueryClient()
  return () =>
    Promise.all(
      [keys.me, keys.mfa, keys.passkeys, keys.sessions].map((queryKey) => client.invalidateQueries({ queryKey })),
    )
}
