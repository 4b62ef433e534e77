import { queryOptions } from '@tanstack/react-query'
import { ApiError, api } from '@/api'
import { keys } from '@/keys'
import type { SsoConnection, SsoTest } from '@/types'

/** What is not there yet is an answer, not a failure. */
const orNull = (error: unknown) => {
  if (error instanceof ApiError && error.code === 'NOT_FOUND') return null
  throw error
}

export const connectionQuery = queryOptions({
  queryKey: keys.ssoConnection,
  queryFn: ({ signal }) => api.get<SsoConnection>('/sso/connection', {}, { signal }).catch(orNull),
})

/** The answer to the last test; a test ends in another tab of the same browser. */
export const testQuery = queryOptions({
  queryKey: keys.ssoTest,
  queryFn: ({ signal }) => api.get<SsoTest>('/sso/connection/test', {}, { signal }).catch(orNull),
})
