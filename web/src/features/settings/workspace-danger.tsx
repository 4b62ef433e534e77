import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { ProofError, ProofField, useProof } from '@/parts/proof'
import { useMe } from '@/session'
import type { Member, Page } from '@/types'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { Day } from '@/ui/time'
import { toast } from '@/ui/toast'

function Transfer({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const { id, tenant } = useMe()
  const proof = useProof()
  const [user_id, setUser] = useState<string | null>(null)
  const members = useQuery({
    queryKey: [...keys.members, 'transfer'],
    queryFn: ({ signal }) => api.get<Page<Member>>('/members', { per_page: 100 }, { signal }),
  })
  const others = (members.data?.items ?? []).filter((member) => member.user_id !== id && member.role !== 'owner')
  const transfer = useMutation({
    mutationFn: () => api.post('/tenant/transfer', { user_id, ...proof.body }),
    onSuccess: async () => {
      await Promise.all([keys.me, keys.members].map((queryKey) => client.invalidateQueries({ queryKey })))
      toast('Ownership transferred', { description: 'You are an admin of this workspace now.' })
      onClose()
    },
  })
  const errors = fieldsOf(transfer.error)
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Transfer ${tenant.name}`}
      description="The new owner may do everything here; you become an admin."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="danger"
            type="submit"
            form="transfer"
            busy={transfer.isPending}
            disabled={!user_id || !proof.ready}
          >
            Transfer ownership
          </Button>
        </>
      }
    >
      <Form id="transfer" error={transfer.error} onSubmit={() => transfer.mutate()} className="space-y-4">
        <Field
          name="user_id"
          label="New owner"
          error={errors.user_id}
          hint={members.data && others.length === 0 ? 'Nobody else is a member yet.' : undefined}
        >
          <Select
            value={user_id}
            onChange={setUser}
            placeholder="Choose a member"
            choices={others.map(({ user_id: value, name, email }) => ({ value, label: `${name} (${email})` }))}
          />
        </Field>
        <ProofField proof={proof} error={transfer.error} />
        <ProofError proof={proof} error={transfer.error ?? members.error} known={['user_id']} />
      </Form>
    </Dialog>
  )
}

function Delete({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const { tenant } = useMe()
  const proof = useProof()
  const [typed, setTyped] = useState('')
  const remove = useMutation({
    mutationFn: () => api.del('/tenant', { body: proof.body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.me })
      toast('The workspace will be deleted in 7 days')
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete ${tenant.name}?`}
      description="In 7 days all monitors, incidents, status pages and their history are deleted. Until then everything goes on, and an owner can change their mind."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="danger"
            type="submit"
            form="delete-workspace"
            busy={remove.isPending}
            disabled={typed !== tenant.name || !proof.ready}
          >
            Delete workspace
          </Button>
        </>
      }
    >
      <Form id="delete-workspace" error={remove.error} onSubmit={() => remove.mutate()} className="space-y-4">
        <Field label={`Type ${tenant.name}`}>
          <Input autoComplete="off" value={typed} onValueChange={setTyped} />
        </Field>
        <ProofField proof={proof} error={remove.error} />
        <ProofError proof={proof} error={remove.error} />
      </Form>
    </Dialog>
  )
}

/** Ownership and the end of the workspace; for owners alone. */
export function WorkspaceDanger() {
  const client = useQueryClient()
  const { tenant } = useMe()
  const [asked, setAsked] = useState<'transfer' | 'delete' | null>(null)
  const restore = useMutation({
    mutationFn: () => api.post('/tenant/restore'),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.me })
      toast('The workspace stays')
    },
  })
  return (
    <Card>
      <CardHead title="Ownership" />
      <div className="divide-y divide-line">
        <div className="flex flex-wrap items-center gap-3 px-4 py-3">
          <p className="min-w-0 flex-1 basis-60 text-sm text-muted">Make somebody else the owner of this workspace.</p>
          <Button onClick={() => setAsked('transfer')}>Transfer ownership</Button>
        </div>
        <div className="flex flex-wrap items-center gap-3 px-4 py-3">
          {tenant.deletes_at ? (
            <>
              <p className="min-w-0 flex-1 basis-60 text-sm text-down">
                This workspace is deleted on <Day at={tenant.deletes_at} />.
              </p>
              <Button busy={restore.isPending} onClick={() => restore.mutate()}>
                Keep workspace
              </Button>
            </>
          ) : (
            <>
              <p className="min-w-0 flex-1 basis-60 text-sm text-muted">Delete the workspace and all that is in it.</p>
              <Button variant="danger" onClick={() => setAsked('delete')}>
                Delete workspace
              </Button>
            </>
          )}
        </div>
        {restore.error && (
          <div className="p-4">
            <FormError error={restore.error} />
          </div>
        )}
      </div>
      {asked === 'transfer' && <Transfer onClose={() => setAsked(null)} />}
      {asked === 'delete' && <Delete onClose={() => setAsked(null)} />}
    </Card>
  )
}
