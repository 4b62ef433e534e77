import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Building2 } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import { SettingsFrame } from '@/parts/settings-frame'
import type { SsoConnection } from '@/types'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { ConfirmDialog } from '@/ui/dialog'
import { FormError } from '@/ui/field'
import { EmptyState, ErrorState, SkeletonRows } from '@/ui/states'
import { toast } from '@/ui/toast'
import { Connection, ServiceProvider } from './connection'
import { Domains } from './domains'
import { connectionQuery } from './queries'
import { Trial } from './trial'

/** Single sign-on of this workspace through its own identity provider (SAML). */
export function Sso() {
  const cache = useQueryClient()
  const { data: connection, error, isPending, refetch } = useQuery(connectionQuery)
  const [deleting, setDeleting] = useState(false)
  const begin = useMutation({
    mutationFn: () => api.put<SsoConnection>('/sso/connection', { enabled: false }),
    onSuccess: (made) => cache.setQueryData(keys.ssoConnection, made),
  })
  return (
    <SettingsFrame
      title="Single sign-on"
      lead="Your people sign in with their account at Entra ID, Okta, Keycloak, Authentik or another SAML 2.0 provider."
      actions={connection && <Button onClick={() => setDeleting(true)}>Remove</Button>}
    >
      {error && connection === undefined ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : isPending ? (
        <SkeletonRows rows={3} />
      ) : connection ? (
        <div className="space-y-4">
          <ServiceProvider sp={connection.sp} />
          <Connection key={connection.id} connection={connection} />
          <Domains />
          <Trial ready={connection.sso_url !== ''} />
        </div>
      ) : (
        <Card>
          <EmptyState
            icon={<Building2 />}
            title="Not set up"
            action={
              <Button variant="primary" busy={begin.isPending} onClick={() => begin.mutate()}>
                Set up single sign-on
              </Button>
            }
          >
            It needs an administrator of your identity provider, and about ten minutes.
          </EmptyState>
          {begin.error && (
            <div className="p-4">
              <FormError error={begin.error} />
            </div>
          )}
        </Card>
      )}
      <ConfirmDialog
        open={deleting}
        onClose={() => setDeleting(false)}
        title="Remove single sign-on?"
        effect="Nobody can sign in through your identity provider any more. People who have no password need a new one."
        action="Remove single sign-on"
        onConfirm={async () => {
          await api.del('/sso/connection')
          cache.setQueryData(keys.ssoConnection, null)
          toast('Single sign-on removed')
        }}
      />
    </SettingsFrame>
  )
}
