import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, setCsrf } from '@/api'
import { keys } from '@/keys'
import { queryClient } from '@/query'
import type { AuthConfig, Me, Permission, SignedIn } from '@/types'
import { parseUrl } from '@/url'

export const meQuery = queryOptions({
  queryKey: keys.me,
  staleTime: 60_000,
  queryFn: async ({ signal }) => {
    const me = await api.get<Me>('/me', {}, { signal })
    setCsrf(me.csrf_token)
    return me
  },
})

export const authConfigQuery = queryOptions({
  queryKey: keys.authConfig,
  staleTime: 30_000,
  queryFn: ({ signal }) => api.get<AuthConfig>('/auth/config', {}, { signal }),
})

/** The signed-in person. Only below the app's layout route, which loads it first. */
export function useMe(): Me {
  const { data } = useQuery(meQuery)
  if (!data) throw new Error('useMe is used outside the signed-in pages')
  return data
}

/** Whether this person's role has a permission; what it lacks is not shown instead of refused. */
export const useCan = (permission: Permission): boolean => useMe().permissions.includes(permission)

/** Starts afresh as the person who has just signed in. */
export function signedIn({ csrf_token }: SignedIn): void {
  queryClient.clear()
  setCsrf(csrf_token)
}

let left = false
/** Whether somebody signed out in this tab: what signs people in by itself must not undo that. */
export const hasLeft = () => left

export async function signOut(): Promise<void> {
  await api.post('/auth/logout')
  left = true
  setCsrf(null)
  queryClient.clear()
}

/** What another program asked for before somebody signed in is answered by the server, not by a page of the app. */
export const isForServer = (path: string): boolean => /^\/api\/v1\/oauth\/authorize\?/.test(path)

/** Only a path of this app: an address in a link must not lead to somebody else's sign-in page. */
export const safeReturn = (path = ''): string => {
  // Read as a browser reads it: it also takes `/\\host` and `/<tab>/host` for another site.
  const inside = path.startsWith('/') && parseUrl(path, 'http://here.invalid')?.host === 'here.invalid'
  return inside && !path.startsWith('/sign-in') ? path : '/overview'
}
