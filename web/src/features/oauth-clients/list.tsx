import { useMutation, useQueryClient } from '@tanstack/react-query'
import { AppWindow, Ellipsis, KeyRound, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import { ListCard } from '@/parts/list-card'
import { roleName } from '@/parts/roles'
import { SettingsFrame } from '@/parts/settings-frame'
import { useList } from '@/parts/use-list'
import type { OAuthClient } from '@/types'
import { CopyButton } from '@/ui/bits'
import { Button, IconButton } from '@/ui/button'
import { ConfirmDialog, Dialog } from '@/ui/dialog'
import { FormError } from '@/ui/field'
import { Menu, MenuItem } from '@/ui/menu'
import { Ago } from '@/ui/time'
import { toast } from '@/ui/toast'
import { ClientForm, Credentials } from './form'

const capabilities = ({ grant_types, scopes, role, public: isPublic }: OAuthClient): string =>
  [
    scopes.includes('write') ? 'Read and write' : 'Read only',
    isPublic ? 'public' : 'keeps a secret',
    ...(grant_types.includes('client_credentials') ? [`acts for itself as ${roleName[role].toLowerCase()}`] : []),
  ].join(', ')

type Verbs = { onEdit: () => void; onSecret: () => void; onDelete: () => void }
function Row({ client, onEdit, onSecret, onDelete }: { client: OAuthClient } & Verbs) {
  return (
    <>
      <AppWindow aria-hidden className="size-4 shrink-0 text-subtle" strokeWidth={1.75} />
      <div className="min-w-0 flex-1 basis-48">
        <div className="text-sm font-medium break-words">{client.name}</div>
        <div className="text-xs text-subtle">
          {capabilities(client)},{' '}
          {client.last_used_at ? (
            <>
              last used <Ago at={client.last_used_at} />
            </>
          ) : (
            'never used'
          )}
        </div>
        <div className="flex items-center gap-1 text-xs text-subtle">
          <span className="font-mono break-all">{client.id}</span>
          <CopyButton text={client.id} label={`Copy client ID of ${client.name}`} />
        </div>
      </div>
      <Menu
        trigger={
          <IconButton label={`More actions for ${client.name}`}>
            <Ellipsis />
          </IconButton>
        }
      >
        <MenuItem onSelect={onEdit}>
          <Pencil />
          Edit
        </MenuItem>
        {!client.public && (
          <MenuItem onSelect={onSecret}>
            <KeyRound />
            New secret
          </MenuItem>
        )}
        <MenuItem danger onSelect={onDelete}>
          <Trash2 />
          Delete
        </MenuItem>
      </Menu>
    </>
  )
}

function NewSecret({ client, onClose }: { client: OAuthClient; onClose: () => void }) {
  const renew = useMutation({
    mutationFn: () => api.post<{ client_secret: string }>(`/oauth/clients/${client.id}/secret`),
  })
  if (renew.data) return <Credentials id={client.id} secret={renew.data.client_secret} onClose={onClose} />
  return (
    <Dialog
      open
      onClose={onClose}
      title={`New secret for ${client.name}?`}
      description="The secret in use stops working at once."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" busy={renew.isPending} onClick={() => renew.mutate()}>
            Make new secret
          </Button>
        </>
      }
    >
      <FormError error={renew.error} />
    </Dialog>
  )
}

/** Programs that may ask the people of this workspace for access. */
export function OAuthClients() {
  const cache = useQueryClient()
  const list = useList<OAuthClient>(keys.oauthClients, '/oauth/clients')
  const [open, setOpen] = useState<{ what: 'new' | 'edit' | 'secret' | 'delete'; client?: OAuthClient } | null>(null)
  const close = () => setOpen(null)
  return (
    <SettingsFrame
      title="Apps"
      lead={
        <>
          Programs that use the API with OAuth. Addresses and keys are at{' '}
          <a
            href="/.well-known/oauth-authorization-server"
            target="_blank"
            rel="noreferrer"
            className="text-accent underline underline-offset-3"
          >
            the discovery document
          </a>
          .
        </>
      }
      actions={
        <Button variant="primary" onClick={() => setOpen({ what: 'new' })}>
          <Plus />
          New app
        </Button>
      }
    >
      <ListCard
        list={list}
        idOf={({ id }) => id}
        empty={{
          icon: <AppWindow />,
          title: 'No apps',
          text: 'An app asks people for access instead of for their password, or acts for itself.',
        }}
        row={(client) => (
          <Row
            client={client}
            onEdit={() => setOpen({ what: 'edit', client })}
            onSecret={() => setOpen({ what: 'secret', client })}
            onDelete={() => setOpen({ what: 'delete', client })}
          />
        )}
      />
      {open?.what === 'new' && <ClientForm onClose={close} />}
      {open?.what === 'edit' && <ClientForm client={open.client} onClose={close} />}
      {open?.what === 'secret' && open.client && <NewSecret client={open.client} onClose={close} />}
      <ConfirmDialog
        open={open?.what === 'delete'}
        onClose={close}
        title={`Delete ${open?.client?.name}?`}
        effect="Everybody who allowed it access is cut off from it at once."
        action="Delete app"
        onConfirm={async () => {
          await api.del(`/oauth/clients/${open?.client?.id}`)
          await cache.invalidateQueries({ queryKey: keys.oauthClients })
          toast('App deleted')
        }}
      />
    </SettingsFrame>
  )
}
