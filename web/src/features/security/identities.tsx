import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import { ProviderMark } from '@/parts/provider-mark'
import { authConfigQuery } from '@/session'
import type { AuthConfig, LinkedIdentity, Page } from '@/types'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { Ago, Day } from '@/ui/time'
import { toast } from '@/ui/toast'
import { ProofDialog } from './proof-dialog'
import { CardRow } from './row'
import { SsoRow } from './sso-row'

type Provider = AuthConfig['providers'][number]

function Link({ provider, onClose }: { provider: Provider; onClose: () => void }) {
  return (
    <ProofDialog
      onClose={onClose}
      title={`Link your ${provider.name} account?`}
      description={`You go to ${provider.name} and come back. From then on it signs you in here.`}
      action="Continue"
      onConfirm={async (proof) => {
        const { url } = await api.post<{ url: string }>('/me/identities', { ...proof, provider: provider.slug })
        location.assign(url)
      }}
    />
  )
}

function Unlink({ identity, onClose }: { identity: LinkedIdentity; onClose: () => void }) {
  const client = useQueryClient()
  return (
    <ProofDialog
      danger
      onClose={onClose}
      title={`Unlink your ${identity.name} account?`}
      description="It does not sign you in here any more. The account there stays as it is."
      action="Unlink account"
      onConfirm={async (proof) => {
        await api.del(`/me/identities/${identity.id}`, { body: proof })
        await client.invalidateQueries({ queryKey: keys.identities })
        toast(`The ${identity.name} account is unlinked`)
        onClose()
      }}
    />
  )
}

const Linked = ({ identity, onUnlink }: { identity: LinkedIdentity; onUnlink: () => void }) => (
  <CardRow
    icon={<ProviderMark kind={identity.kind} name={identity.name} />}
    title={identity.name}
    action={
      <Button size="sm" onClick={onUnlink} aria-label={`Unlink ${identity.name}`}>
        Unlink
      </Button>
    }
  >
    {identity.email && `${identity.email}, `}linked <Day at={identity.created_at} />
    {identity.last_used_at && (
      <>
        , last used <Ago at={identity.last_used_at} />
      </>
    )}
  </CardRow>
)

/** Accounts elsewhere that open this one; not shown where there is nobody to link with. */
export function Identities() {
  const { data: config } = useQuery(authConfigQuery)
  const list = useQuery({
    queryKey: keys.identities,
    queryFn: ({ signal }) => api.get<Page<LinkedIdentity>>('/me/identities', { per_page: 100 }, { signal }),
  })
  const [linking, setLinking] = useState<Provider | null>(null)
  const [unlinking, setUnlinking] = useState<LinkedIdentity | null>(null)
  const linked = list.data?.items ?? []
  const others = (config?.providers ?? []).filter(({ slug }) => !linked.some(({ provider }) => provider === slug))
  const sso = config?.sso === true
  if (!list.error && linked.length === 0 && others.length === 0 && !sso) return null
  return (
    <Card>
      <CardHead title="Linked accounts" hint="They sign you in here" />
      {list.error ? (
        <ErrorState error={list.error} retry={() => void list.refetch()} />
      ) : !list.data ? (
        <SkeletonRows rows={1} height="h-15" />
      ) : (
        <div className="divide-y divide-line">
          {linked.map((identity) => (
            <Linked key={identity.id} identity={identity} onUnlink={() => setUnlinking(identity)} />
          ))}
          {others.map((provider) => (
            <CardRow
              key={provider.slug}
              icon={<ProviderMark kind={provider.kind} name={provider.name} />}
              title={provider.name}
              action={
                <Button size="sm" onClick={() => setLinking(provider)} aria-label={`Link ${provider.name}`}>
                  Link
                </Button>
              }
            >
              Not linked.
            </CardRow>
          ))}
          {sso && <SsoRow />}
        </div>
      )}
      {linking && <Link provider={linking} onClose={() => setLinking(null)} />}
      {unlinking && <Unlink identity={unlinking} onClose={() => setUnlinking(null)} />}
    </Card>
  )
}
