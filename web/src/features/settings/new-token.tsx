import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { Secret } from '@/parts/secret'
import type { ApiToken } from '@/types'
import { Button } from '@/ui/button'
import { Segmented } from '@/ui/choice'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input, Textarea } from '@/ui/input'
import { Select } from '@/ui/select'
import { linesOf, type Reach, reachOf, resourceKeys, resourceName, withReach } from './token-scope'

const DAY_MS = 86_400_000
const lives = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
  { value: 'never', label: 'Never' },
] as const
type Life = (typeof lives)[number]['value']
const scopes = [
  { value: 'full', label: 'Everything I may' },
  { value: 'read', label: 'Read only' },
  { value: 'resources', label: 'Some things' },
] as const
type Scope = (typeof scopes)[number]['value']
const reaches: readonly { value: Reach; label: string }[] = [
  { value: 'none', label: 'Nothing' },
  { value: 'read', label: 'Read' },
  { value: 'write', label: 'Read and write' },
]

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

/** For each kind of thing: nothing, read, or read and write. */
function Resources({
  value,
  onChange,
  error,
}: {
  value: string[]
  onChange: (value: string[]) => void
  error?: string
}) {
  return (
    <div className="space-y-2 rounded-sm border border-line p-3">
      {resourceKeys.map((resource) => (
        <div key={resource} className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
          <span className="text-sm">{resourceName[resource]}</span>
          <Segmented
            size="sm"
            label={resourceName[resource]}
            value={reachOf(value, resource)}
            onChange={(reach) => onChange(withReach(value, resource, reach))}
            choices={reaches}
          />
        </div>
      ))}
      {error && <p className="text-xs text-down">{error}</p>}
    </div>
  )
}

const KNOWN = ['name', 'scope', /^resources/, /^networks/, 'expires_at']

/** Asks what the token is for, then shows it once. */
export function NewToken({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [scope, setScope] = useState<Scope>('full')
  const [resources, setResources] = useState<string[]>([])
  const [networks, setNetworks] = useState('')
  const [life, setLife] = useState<Life>('90')
  const create = useMutation({
    mutationFn: () =>
      api.post<ApiToken & { token: string }>('/api-tokens', {
        name: name.trim(),
        scope,
        ...(scope === 'resources' && { resources }),
        networks: linesOf(networks),
        expires_at: life === 'never' ? null : new Date(Date.now() + Number(life) * DAY_MS).toISOString(),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.apiTokens }),
  })
  if (create.data) return <Made token={create.data.token} onClose={onClose} />
  const errors = fieldsOf(create.error)
  const about = (field: string) => Object.entries(errors).find(([path]) => path.startsWith(field))?.[1]
  const incomplete = !name.trim() || (scope === 'resources' && resources.length === 0)
  return (
    <Dialog
      open
      onClose={onClose}
      title="New API token"
      description="It acts as you, with your role."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-token" busy={create.isPending} disabled={incomplete}>
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
        {scope === 'resources' && <Resources value={resources} onChange={setResources} error={about('resources')} />}
        <Field name="expires_at" label="Expires after" error={errors.expires_at}>
          <Select value={life} onChange={setLife} choices={lives} />
        </Field>
        <Field
          name="networks"
          label="Only from"
          optional
          error={about('networks')}
          hint="Addresses or networks, one a line. From anywhere else the token is refused."
        >
          <Textarea mono rows={2} placeholder="203.0.113.0/24" value={networks} onValueChange={setNetworks} />
        </Field>
        <FormError error={create.error} known={KNOWN} />
      </Form>
    </Dialog>
  )
}
