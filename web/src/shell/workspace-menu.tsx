import { useMutation, useQuery } from '@tanstack/react-query'
import { Check, Plus } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { api, fieldsOf, sentenceOf } from '@/api'
import { keys } from '@/keys'
import { authConfigQuery, useMe } from '@/session'
import type { Page, SignedIn, TenantFull, TenantListItem } from '@/types'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '@/ui/menu'
import { toast } from '@/ui/toast'

/** Goes on in another workspace, from the start: everything that was loaded belonged to the one before. */
async function switchTo(id: string) {
  try {
    await api.post<SignedIn>(`/tenants/${id}/switch`)
    window.location.assign('/overview')
  } catch (error) {
    toast('You are still in the same workspace', { description: sentenceOf(error) })
  }
}

function NewWorkspace({ onClose }: { onClose: () => void }) {
  const { timezone } = useMe()
  const [name, setName] = useState('')
  const create = useMutation({
    mutationFn: () => api.post<TenantFull>('/tenants', { name: name.trim(), timezone }),
    onSuccess: async ({ id }) => {
      onClose()
      await switchTo(id)
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title="New workspace"
      description="It has monitors, channels and members of its own."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-workspace" busy={create.isPending} disabled={!name.trim()}>
            Create workspace
          </Button>
        </>
      }
    >
      <Form id="new-workspace" error={create.error} onSubmit={() => create.mutate()} className="space-y-4">
        <Field name="name" label="Name" error={fieldsOf(create.error).name}>
          <Input autoFocus autoComplete="off" value={name} onValueChange={setName} />
        </Field>
        <FormError error={create.error} known={['name']} />
      </Form>
    </Dialog>
  )
}

/** The workspaces of this person; without another one and without a way to make one, just the name. */
export function WorkspaceMenu({ trigger, plain }: { trigger: ReactElement; plain: ReactElement }) {
  const { tenant, instance_admin, session } = useMe()
  const [creating, setCreating] = useState(false)
  const { data: config } = useQuery(authConfigQuery)
  const { data } = useQuery({
    queryKey: keys.tenants,
    staleTime: 60_000,
    queryFn: ({ signal }) => api.get<Page<TenantListItem>>('/tenants', { per_page: 100 }, { signal }),
  })
  const mayCreate = instance_admin || config?.registration === 'open'
  const others = data?.items ?? []
  // Signed in on the word of this workspace's identity provider: good for this one alone.
  if (session?.bound || (others.length < 2 && !mayCreate)) return plain
  return (
    <>
      <Menu trigger={trigger} align="start" side="bottom" className="max-h-96 w-60 overflow-y-auto">
        <MenuLabel>Workspaces</MenuLabel>
        {others.map(({ id, name }) => (
          <MenuItem key={id} onSelect={() => id !== tenant.id && void switchTo(id)}>
            <span className="min-w-0 flex-1 truncate">{name}</span>
            {id === tenant.id && <Check aria-label="current" />}
          </MenuItem>
        ))}
        {mayCreate && (
          <>
            <MenuSeparator />
            <MenuItem onSelect={() => setCreating(true)}>
              <Plus />
              New workspace
            </MenuItem>
          </>
        )}
      </Menu>
      {creating && <NewWorkspace onClose={() => setCreating(false)} />}
    </>
  )
}
