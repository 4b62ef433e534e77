import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '@/api'
import { toast } from '@/ui/toast'

/** Takes back that the account was to be deleted, and the workspaces with it. */
export function useKeepAccount() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => api.post('/me/restore'),
    onSuccess: async () => {
      await client.invalidateQueries()
      toast('Your account stays')
    },
  })
}
