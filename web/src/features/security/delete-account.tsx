import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, api } from '@/api'
import { useKeepAccount } from '@/parts/keep-account'
import { useMe } from '@/session'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Field, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { Day } from '@/ui/time'
import { toast } from '@/ui/toast'
import { ProofDialog } from './proof-dialog'

/** The workspaces that would be left without an owner. */
function stuckIn(error: unknown): string[] {
  const tenants = error instanceof ApiError && error.code === 'CONFLICT' ? error.details.tenants : undefined
  return Array.isArray(tenants) ? tenants.map(({ name }) => String(name)) : []
}

function Delete({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const { email } = useMe()
  const [typed, setTyped] = useState('')
  return (
    <ProofDialog
      danger
      onClose={onClose}
      title="Delete your account?"
      description="In 14 days it is gone, with the workspaces nobody else is in. Other sessions, API tokens and apps lose their access now. Until then you can sign in and change your mind."
      action="Delete account"
      ready={typed.trim().toLowerCase() === email}
      onConfirm={async (proof) => {
        // DELETE has no answer in this client: what it changed is read from the profile.
        await api.del('/me', { body: proof })
        await client.invalidateQueries()
        toast('Your account will be deleted in 14 days')
        onClose()
      }}
    >
      {(_, error) => (
        <>
          {stuckIn(error).length > 0 && (
            <ul aria-label="Workspaces without another owner" className="list-disc ps-5 text-sm">
              {stuckIn(error).map((name) => (
                <li key={name}>{name}</li>
              ))}
            </ul>
          )}
          <Field label={`Type ${email}`}>
            <Input autoFocus autoComplete="off" autoCapitalize="off" value={typed} onValueChange={setTyped} />
          </Field>
        </>
      )}
    </ProofDialog>
  )
}

/** The end of the account, with a fortnight to think again. */
export function DeleteAccount() {
  const { deletes_at } = useMe()
  const [asked, setAsked] = useState(false)
  const keep = useKeepAccount()
  return (
    <Card>
      <CardHead title="Delete account" />
      <div className="flex flex-wrap items-center gap-3 px-4 py-3">
        {deletes_at ? (
          <>
            <p className="min-w-0 flex-1 basis-60 text-sm text-down">
              Your account is deleted on <Day at={deletes_at} />.
            </p>
            <Button busy={keep.isPending} onClick={() => keep.mutate()}>
              Keep account
            </Button>
          </>
        ) : (
          <>
            <p className="min-w-0 flex-1 basis-60 text-sm text-muted">
              Your account, and the workspaces nobody else is in.
            </p>
            <Button variant="danger" onClick={() => setAsked(true)}>
              Delete account
            </Button>
          </>
        )}
      </div>
      <FormError error={keep.error} className="m-4" />
      {asked && <Delete onClose={() => setAsked(false)} />}
    </Card>
  )
}
