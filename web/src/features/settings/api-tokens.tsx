import { useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import { ListCard } from '@/parts/list-card'
import { SettingsFrame } from '@/parts/settings-frame'
import { useList } from '@/parts/use-list'
import { useCan, useMe } from '@/session'
import type { ApiToken } from '@/types'
import { Button } from '@/ui/button'
import { ConfirmDialog } from '@/ui/dialog'
import { Ago, Day, useNow } from '@/ui/time'
import { toast } from '@/ui/toast'
import { NewToken } from './new-token'
import { scopeText } from './token-scope'

function Life({ token }: { token: ApiToken }) {
  const now = useNow(60_000)
  if (!token.expires_at) return <>never expires</>
  if (Date.parse(token.expires_at) < now) return <span className="text-down">expired</span>
  return (
    <>
      expires <Day at={token.expires_at} />
    </>
  )
}

function Row({ token, onRevoke }: { token: ApiToken; onRevoke?: () => void }) {
  const { id } = useMe()
  return (
    <>
      <KeyRound aria-hidden className="size-4 shrink-0 text-subtle" strokeWidth={1.75} />
      <div className="min-w-0 flex-1 basis-48">
        <div className="flex flex-wrap items-center gap-x-2 text-sm">
          <span className="font-medium break-words">{token.name}</span>
          <span className="font-mono text-xs text-subtle">{token.prefix}…</span>
        </div>
        <div className="text-xs text-subtle">
          {scopeText(token.scope, token.resources)}, <Life token={token} />,{' '}
          {token.last_used_at ? (
            <>
              last used <Ago at={token.last_used_at} />
              {token.last_used_address && <span className="font-mono"> from {token.last_used_address}</span>}
            </>
          ) : (
            'never used'
          )}
          {token.networks.length > 0 && (
            <>
              , only from <span className="font-mono">{token.networks.join(', ')}</span>
            </>
          )}
          {token.user_id !== id && `, of ${token.user_name}`}
        </div>
      </div>
      {onRevoke && (
        <Button size="sm" onClick={onRevoke} aria-label={`Revoke ${token.name}`}>
          Revoke
        </Button>
      )}
    </>
  )
}

export function ApiTokens() {
  const client = useQueryClient()
  const may = useCan('api_tokens:write')
  const list = useList<ApiToken>(keys.apiTokens, '/api-tokens')
  const [creating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<ApiToken | null>(null)
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      <Plus />
      New token
    </Button>
  )
  return (
    <SettingsFrame
      title="API tokens"
      lead={
        <>
          For scripts and other programs. The{' '}
          <a href="/api/docs" target="_blank" rel="noreferrer" className="text-accent underline underline-offset-3">
            API reference
          </a>{' '}
          says what they can do.
        </>
      }
      actions={may && create}
    >
      <ListCard
        list={list}
        idOf={({ id }) => id}
        empty={{
          icon: <KeyRound />,
          title: 'No API tokens',
          text: 'A token lets a program use the API in your name, without your password.',
        }}
        row={(token) => <Row token={token} onRevoke={may ? () => setRevoking(token) : undefined} />}
      />
      {creating && <NewToken onClose={() => setCreating(false)} />}
      <ConfirmDialog
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={`Revoke “${revoking?.name}”?`}
        effect="Programs that use it are refused from this moment. This cannot be undone."
        action="Revoke token"
        onConfirm={async () => {
          if (!revoking) return
          await api.del(`/api-tokens/${revoking.id}`)
          await client.invalidateQueries({ queryKey: keys.apiTokens })
          toast('Token revoked')
        }}
      />
    </SettingsFrame>
  )
}
