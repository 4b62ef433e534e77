import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { roles } from '#contract/permissions'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { Copyable } from '@/parts/copyable'
import { roleName } from '@/parts/roles'
import { Secret } from '@/parts/secret'
import { useMe } from '@/session'
import type { OAuthClient, Role } from '@/types'
import { Button } from '@/ui/button'
import { Checkbox, Segmented } from '@/ui/choice'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input, Textarea } from '@/ui/input'
import { Select } from '@/ui/select'

export type Made = OAuthClient & { client_secret?: string }

/** Who the program is (client_id) and, once, how it proves that. */
export const Credentials = ({ id, secret, onClose }: { id: string; secret?: string; onClose: () => void }) => (
  <Dialog
    open
    onClose={onClose}
    title={secret ? 'Copy the secret now' : 'The app is registered'}
    description={secret ? 'It is stored as a hash only and cannot be shown again.' : undefined}
    footer={
      <Button variant="primary" onClick={onClose}>
        Done
      </Button>
    }
  >
    <div className="space-y-3">
      <Copyable label="Client ID" value={id} />
      {secret && (
        <div>
          <div className="mb-1 text-xs text-subtle">Client secret</div>
          <Secret value={secret} label="Copy client secret" />
        </div>
      )}
    </div>
  </Dialog>
)

type Draft = {
  name: string
  public: boolean
  people: boolean
  itself: boolean
  uris: string
  write: boolean
  role: Role
}
const draftOf = (client?: OAuthClient): Draft => ({
  name: client?.name ?? '',
  public: client?.public ?? false,
  people: client ? client.grant_types.includes('authorization_code') : true,
  itself: client?.grant_types.includes('client_credentials') ?? false,
  uris: client?.redirect_uris.join('\n') ?? '',
  write: client?.scopes.includes('write') ?? false,
  role: client?.role ?? 'member',
})
const bodyOf = (draft: Draft) => {
  const itself = draft.itself && !draft.public
  return {
    name: draft.name.trim(),
    public: draft.public,
    redirect_uris: draft.people
      ? draft.uris
          .split(/\s+/)
          .map((uri) => uri.trim())
          .filter(Boolean)
      : [],
    grant_types: [
      ...(draft.people ? ['authorization_code', 'refresh_token'] : []),
      ...(itself ? ['client_credentials'] : []),
    ],
    scopes: draft.write ? ['read', 'write'] : ['read'],
    role: draft.role,
  }
}

const kinds = [
  { value: 'confidential', label: 'Keeps a secret' },
  { value: 'public', label: 'Public' },
] as const

function Fields({
  draft,
  change,
  errors,
  fixed,
}: {
  draft: Draft
  change: (part: Partial<Draft>) => void
  errors: Record<string, string>
  /** The kind of an app is not changed later. */
  fixed: boolean
}) {
  const { role: own } = useMe()
  const about = (field: string) => Object.entries(errors).find(([path]) => path.startsWith(field))?.[1]
  return (
    <>
      <Field name="name" label="Name" error={errors.name} hint="People see it when they are asked.">
        <Input autoFocus autoComplete="off" value={draft.name} onValueChange={(name) => change({ name })} />
      </Field>
      {!fixed && (
        <Field
          label="Kind"
          hint={
            draft.public ? 'Runs on a phone, in a browser or on a desk.' : 'Runs on a server that nobody else can read.'
          }
        >
          <Segmented
            label="Kind"
            value={draft.public ? 'public' : 'confidential'}
            onChange={(kind) => change({ public: kind === 'public' })}
            choices={kinds}
          />
        </Field>
      )}
      <div>
        <Checkbox
          label="Acts for people who allow it"
          checked={draft.people}
          onChange={(people) => change({ people })}
        />
        <Checkbox
          label="Acts for itself (client credentials)"
          checked={draft.itself && !draft.public}
          disabled={draft.public}
          onChange={(itself) => change({ itself })}
          className="mt-1.5"
        />
        {about('grant_types') && <p className="mt-1 text-xs text-down">{about('grant_types')}</p>}
      </div>
      {draft.people && (
        <Field
          name="redirect_uris"
          label="Redirect addresses"
          error={about('redirect_uris')}
          hint="One a line, exactly as the app sends them. On 127.0.0.1 any port is fine."
        >
          <Textarea
            mono
            rows={3}
            placeholder="https://app.example.com/callback"
            value={draft.uris}
            onValueChange={(uris) => change({ uris })}
          />
        </Field>
      )}
      <Checkbox label="May also change things" checked={draft.write} onChange={(write) => change({ write })} />
      {draft.itself && !draft.public && (
        <Field name="role" label="Role when it acts for itself" error={errors.role}>
          <Select
            value={draft.role}
            onChange={(role) => change({ role })}
            choices={roles.slice(0, roles.indexOf(own) + 1).map((value) => ({ value, label: roleName[value] }))}
          />
        </Field>
      )}
    </>
  )
}

/** Registers an app, or changes one. */
export function ClientForm({ client, onClose }: { client?: OAuthClient; onClose: () => void }) {
  const renew = useQueryClient()
  const [draft, setDraft] = useState(() => draftOf(client))
  const save = useMutation({
    mutationFn: () => {
      const { public: isPublic, ...body } = bodyOf(draft)
      return client
        ? api.put<Made>(`/oauth/clients/${client.id}`, body)
        : api.post<Made>('/oauth/clients', { ...body, public: isPublic })
    },
    onSuccess: async () => {
      await renew.invalidateQueries({ queryKey: keys.oauthClients })
      if (client) onClose()
    },
  })
  if (save.data && !client) return <Credentials id={save.data.id} secret={save.data.client_secret} onClose={onClose} />
  return (
    <Dialog
      open
      onClose={onClose}
      title={client ? client.name : 'New app'}
      description={client ? undefined : 'A program that uses the API with OAuth 2.1.'}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            type="submit"
            form="oauth-client"
            busy={save.isPending}
            disabled={!draft.name.trim() || !(draft.people || draft.itself)}
          >
            {client ? 'Save app' : 'Register app'}
          </Button>
        </>
      }
    >
      <Form id="oauth-client" error={save.error} onSubmit={() => save.mutate()} className="space-y-4">
        <Fields
          draft={draft}
          change={(part) => setDraft((before) => ({ ...before, ...part }))}
          errors={fieldsOf(save.error)}
          fixed={client !== undefined}
        />
        <FormError error={save.error} known={['name', /^redirect_uris/, /^grant_types/, 'role']} />
      </Form>
    </Dialog>
  )
}
