import { useQuery, useQueryClient } from '@tanstack/react-query'
import { LogIn } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import { EditMenu } from '@/parts/edit-menu'
import { ListCard } from '@/parts/list-card'
import { SettingsFrame } from '@/parts/settings-frame'
import { useList } from '@/parts/use-list'
import type { Page, SignInKind, SignInProvider } from '@/types'
import { Tag } from '@/ui/bits'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { ConfirmDialog } from '@/ui/dialog'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { toast } from '@/ui/toast'
import { Editor } from './editor'

type Editing = { kind: SignInKind; provider?: SignInProvider }

function Row({
  provider,
  kind,
  onEdit,
  onDelete,
}: {
  provider: SignInProvider
  kind?: SignInKind
  onEdit: () => void
  onDelete: () => void
}) {
  return (
    <>
      <LogIn aria-hidden className="size-4 shrink-0 text-subtle" strokeWidth={1.75} />
      <div className="min-w-0 flex-1 basis-48">
        <div className="flex flex-wrap items-center gap-2 text-sm font-medium">
          <span className="break-words">{provider.name}</span>
          {!provider.enabled && <Tag>off</Tag>}
        </div>
        <div className="text-xs text-subtle">
          {kind?.title ?? provider.kind}, <span className="font-mono">{provider.slug}</span>
        </div>
      </div>
      <EditMenu name={provider.name} to={<button type="button" onClick={onEdit} />} onDelete={onDelete} />
    </>
  )
}

/** Every way to sign in that this program knows. */
function Kinds({ kinds, onPick }: { kinds: readonly SignInKind[]; onPick: (kind: SignInKind) => void }) {
  return (
    <Card>
      <CardHead title="Add a way to sign in" />
      <ul className="grid gap-px sm:grid-cols-2">
        {kinds.map((kind) => (
          <li key={kind.kind}>
            <button
              type="button"
              onClick={() => onPick(kind)}
              className="h-full w-full px-4 py-3 text-start -outline-offset-2 hover:bg-hover"
            >
              <span className="block text-sm font-medium">{kind.title}</span>
              <span className="block text-xs text-muted">{kind.summary}</span>
            </button>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** Who else may say who somebody is; for whoever runs the appliance. */
export function SignInProviders() {
  const cache = useQueryClient()
  const kinds = useQuery({
    queryKey: keys.signInKinds,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => api.get<Page<SignInKind>>('/admin/sign-in-provider-kinds', {}, { signal }),
  })
  const list = useList<SignInProvider>(keys.signInProviders, '/admin/sign-in-providers')
  const [editing, setEditing] = useState<Editing | null>(null)
  const [deleting, setDeleting] = useState<SignInProvider | null>(null)
  const kindOf = (name: string) => kinds.data?.items.find(({ kind }) => kind === name)
  const edit = (provider: SignInProvider) => {
    const kind = kindOf(provider.kind)
    if (kind) setEditing({ kind, provider })
  }
  return (
    <SettingsFrame
      title="Sign-in providers"
      lead="Let people sign in with an account they have elsewhere. These hold for the whole appliance; single sign-on of one workspace has its own page."
      actions={editing && <Button onClick={() => setEditing(null)}>Back to the list</Button>}
    >
      {editing ? (
        <Editor
          key={editing.provider?.id ?? editing.kind.kind}
          kind={editing.kind}
          provider={editing.provider}
          onDone={() => setEditing(null)}
        />
      ) : (
        <div className="space-y-4">
          <ListCard
            list={list}
            idOf={({ id }) => id}
            empty={{
              icon: <LogIn />,
              title: 'Passwords and passkeys only',
              text: 'Add a provider below, and its button appears on the sign-in page.',
            }}
            row={(provider) => (
              <Row
                provider={provider}
                kind={kindOf(provider.kind)}
                onEdit={() => edit(provider)}
                onDelete={() => setDeleting(provider)}
              />
            )}
          />
          {kinds.error ? (
            <ErrorState error={kinds.error} retry={() => void kinds.refetch()} />
          ) : kinds.data ? (
            <Kinds kinds={kinds.data.items} onPick={(kind) => setEditing({ kind })} />
          ) : (
            <SkeletonRows rows={3} />
          )}
        </div>
      )}
      <ConfirmDialog
        open={deleting !== null}
        onClose={() => setDeleting(null)}
        title={`Delete ${deleting?.name}?`}
        effect="Accounts that were linked through it lose this way to sign in. Who has no other one needs a new password from an admin."
        action="Delete provider"
        onConfirm={async () => {
          if (!deleting) return
          await api.del(`/admin/sign-in-providers/${deleting.id}`)
          await Promise.all(
            [keys.signInProviders, keys.authConfig].map((queryKey) => cache.invalidateQueries({ queryKey })),
          )
          toast('Provider deleted')
        }}
      />
    </SettingsFrame>
  )
}
