import { QueryClient } from '@tanstack/react-query'
import { ApiError } from '@/api'

/** Asking again helps against a restarting server, never against a refusal. */
const worthRetrying = (error: unknown) => !(error instanceof ApiError) || error.status === 0 || error.status >= 500

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // The browser's idea of "online" is about the internet; an appliance in an isolated network works without it.
      networkMode: 'always',
      retry: (failures, error) => failures < 2 && worthRetrying(error),
    },
    mutations: { networkMode: 'always' },
  },
})
