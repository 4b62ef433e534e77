import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import type { ApiToken } from '@/types'
import { CopyButton } from '@/ui/bits'
import { Button } from '@/ui/button'
import { Segmented } from '@/ui/choice'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'

const DAY_MS = 86_400_000
const lives = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
  { value: 'never', label: 'Never' },
] as const
type Life = (typeof lives)[number]['value']
const scopes = [
  { value: 'full', label: 'Read and write' },
  { value: 'read', label: 'Read only' },
] as const
type Scope = (typeof scopes)[number]['value']

/** A value that is shown once: what it is for, the value, how to copy it. */
export const Secret = ({ value, label }: { value: string; label: string }) => (
  <div className="flex items-center gap-2 rounded-sm border border-line bg-sunken py-1 pr-1 pl-3">
    <code className="min-w-0 flex-1 font-mono text-xs break-all select-all">{value}</code>
    <CopyButton text={value} label={label} />
  </div>
)

function Made({ token, onClose }: { token: string; onClose: () => void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      title="Copy the token now"
      description="It is stored as a hash only and cannot be shown again."
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <Secret value={token} label="Copy token" />
      <p className="mt-3 text-xs text-subtle">
        Send it as <span className="font-mono">Authorization: Bearer …</span> with every request.
      </p>
    </Dialog>
  )
}

/** Asks what the token is for, then shows it once. */
export function NewToken({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [scope, setScope] = useState<Scope>('full')
  const [life, setLife] = useState<Life>('90')
  const create = useMutation({
    mutationFn: () =>
      api.post<ApiToken & { token: string }>('/api-tokens', {
        name: name.trim(),
        scope,
        expires_at: life === 'never' ? null : new Date(Date.now() + Number(life) * DAY_MS).toISOString(),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.apiTokens }),
  })
  if (create.data) return <Made token={create.data.token} onClose={onClose} />
  const errors = fieldsOf(create.error)
  return (
    <Dialog
      open
      onClose={onClose}
      title="New API token"
      description="It acts as you, with your role."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-token" busy={create.isPending} disabled={!name.trim()}>
            Create token
          </Button>
        </>
      }
    >
      <Form id="new-token" error={create.error} onSubmit={() => create.mutate()} className="space-y-4">
        <Field
          name="name"
          label="Name"
          error={errors.name}
          hint="Where it is used, so that you know what breaks when you revoke it."
        >
          <Input autoFocus placeholder="Deploy pipeline" value={name} onValueChange={setName} />
        </Field>
        <Field name="scope" label="May" error={errors.scope}>
          <Segmented label="May" value={scope} onChange={setScope} choices={scopes} />
        </Field>
        <Field name="expires_at" label="Expires after" error={errors.expires_at}>
          <Select value={life} onChange={setLife} choices={lives} />
        </Field>
        <FormError error={create.error} known={['name', 'scope', 'expires_at']} />
      </Form>
    </Dialog>
  )
}
