import { useQueryClient } from '@tanstack/react-query'
import { Blocks } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import { ListCard } from '@/parts/list-card'
import { useList } from '@/parts/use-list'
import type { Grant } from '@/types'
import { Button } from '@/ui/button'
import { ConfirmDialog } from '@/ui/dialog'
import { Ago, Day } from '@/ui/time'
import { toast } from '@/ui/toast'
import { EmptyCard, Row } from './row'

const may = (scope: string) => (scope.split(' ').includes('write') ? 'sees and changes' : 'sees')

/** Other programs that this person has let in. */
export function Grants() {
  const client = useQueryClient()
  const list = useList<Grant>(keys.grants, '/me/grants')
  const [revoking, setRevoking] = useState<Grant | null>(null)
  if (list.data?.total === 0)
    return (
      <EmptyCard title="Apps with access">
        None. Programs that ask for access to your account are listed here once you allow them.
      </EmptyCard>
    )
  return (
    <>
      <ListCard
        title="Apps with access"
        list={list}
        idOf={({ id }) => id}
        empty={{ icon: <Blocks />, title: 'No apps', text: 'None on this page.' }}
        row={(grant) => (
          <Row
            icon={<Blocks strokeWidth={1.75} />}
            title={grant.client_name}
            action={
              <Button
                size="sm"
                onClick={() => setRevoking(grant)}
                aria-label={`Take access away from ${grant.client_name}`}
              >
                Revoke
              </Button>
            }
          >
            {may(grant.scope)} what you can in {grant.tenant.name}, since <Day at={grant.created_at} />
            {grant.last_used_at && (
              <>
                , last used <Ago at={grant.last_used_at} />
              </>
            )}
          </Row>
        )}
      />
      <ConfirmDialog
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={`Take access away from ${revoking?.client_name ?? ''}?`}
        effect="It is cut off at once. It can ask you again."
        action="Revoke access"
        onConfirm={async () => {
          if (!revoking) return
          await api.del(`/me/grants/${revoking.id}`)
          await client.invalidateQueries({ queryKey: keys.grants })
          toast('Access revoked')
        }}
      />
    </>
  )
}
