import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Building2 } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import type { SsoLink } from '@/types'
import { Button } from '@/ui/button'
import { Ago, Day } from '@/ui/time'
import { toast } from '@/ui/toast'
import { ProofDialog } from './proof-dialog'
import { CardRow } from './row'

const Link = ({ onClose }: { onClose: () => void }) => (
  <ProofDialog
    onClose={onClose}
    title="Link single sign-on?"
    description="You go to the identity provider of this workspace and come back. From then on it signs you in here."
    action="Continue"
    onConfirm={async (proof) => {
      const { url } = await api.post<{ url: string }>('/sso/link', proof)
      location.assign(url)
    }}
  />
)

function Unlink({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  return (
    <ProofDialog
      danger
      onClose={onClose}
      title="Unlink single sign-on?"
      description="The identity provider of this workspace does not sign you in any more."
      action="Unlink single sign-on"
      onConfirm={async (proof) => {
        await api.del('/sso/link', { body: proof })
        await client.invalidateQueries({ queryKey: keys.ssoLink })
        toast('Single sign-on is unlinked')
        onClose()
      }}
    />
  )
}

/** Whether the workspace's identity provider opens this account, and how to change that. */
export function SsoRow() {
  const { data } = useQuery({
    queryKey: keys.ssoLink,
    queryFn: ({ signal }) => api.get<SsoLink>('/sso/link', {}, { signal }),
  })
  const [asked, setAsked] = useState(false)
  if (!data) return null
  const close = () => setAsked(false)
  return (
    <CardRow
      icon={<Building2 />}
      title="Single sign-on of this workspace"
      action={
        <Button size="sm" onClick={() => setAsked(true)}>
          {data.linked ? 'Unlink single sign-on' : 'Link single sign-on'}
        </Button>
      }
    >
      {data.created_at ? (
        <>
          linked <Day at={data.created_at} />
          {data.last_used_at && (
            <>
              , last used <Ago at={data.last_used_at} />
            </>
          )}
        </>
      ) : (
        'Owners are not linked by their address: they do it here, once.'
      )}
      {asked && (data.linked ? <Unlink onClose={close} /> : <Link onClose={close} />)}
    </CardRow>
  )
}
