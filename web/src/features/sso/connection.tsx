import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { Copyable } from '@/parts/copyable'
import { GroupRoles, roleChoices } from '@/parts/group-roles'
import type { GroupRole, Role, SsoConnection } from '@/types'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Segmented, Switch } from '@/ui/choice'
import { Field, Form, FormError } from '@/ui/field'
import { Input, Textarea } from '@/ui/input'
import { Select } from '@/ui/select'
import { Day } from '@/ui/time'
import { toast } from '@/ui/toast'

/** What the identity provider has to be told about us. */
export const ServiceProvider = ({ sp }: Pick<SsoConnection, 'sp'>) => (
  <Card>
    <CardHead title="For your identity provider" />
    <div className="space-y-3 p-4">
      <Copyable label="Entity ID (audience)" value={sp.entity_id} />
      <Copyable label="Reply address (assertion consumer service)" value={sp.acs_url} />
      <Copyable label="Metadata" value={sp.metadata_url} />
    </div>
  </Card>
)

type Draft = {
  enabled: boolean
  idp_entity_id: string
  sso_url: string
  certificates: string
  require_signed_response: boolean
  email_attribute: string
  name_attribute: string
  groups_attribute: string
  provision: boolean
  default_role: Role
  group_roles: GroupRole[]
}
const draftOf = (connection: SsoConnection): Draft => ({
  ...connection,
  certificates: connection.certificates.map(({ pem }) => pem.trim()).join('\n'),
  email_attribute: connection.email_attribute ?? '',
  name_attribute: connection.name_attribute ?? '',
  groups_attribute: connection.groups_attribute ?? '',
})
const pems = (text: string) =>
  text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [text.trim()]
const bodyOf = (draft: Draft) => ({
  enabled: draft.enabled,
  idp_entity_id: draft.idp_entity_id.trim(),
  sso_url: draft.sso_url.trim(),
  certificates: draft.certificates.trim() ? pems(draft.certificates) : [],
  require_signed_response: draft.require_signed_response,
  email_attribute: draft.email_attribute.trim() || null,
  name_attribute: draft.name_attribute.trim() || null,
  groups_attribute: draft.groups_attribute.trim() || null,
  provision: draft.provision,
  default_role: draft.default_role,
  group_roles: draft.group_roles.filter(({ group }) => group.trim() !== ''),
})

type Metadata = { idp_entity_id: string; sso_url: string; certificates: string[] }
/** Reads the provider's metadata from its address, or from its text. */
function Import({ onRead }: { onRead: (metadata: Metadata) => void }) {
  const [from, setFrom] = useState<'url' | 'xml'>('url')
  const [text, setText] = useState('')
  const read = useMutation({
    mutationFn: () =>
      api.post<Metadata>('/sso/connection/metadata', from === 'url' ? { url: text.trim() } : { metadata_xml: text }),
    onSuccess: onRead,
  })
  const errors = fieldsOf(read.error)
  return (
    <div className="space-y-3 rounded-sm border border-line p-3">
      <Segmented
        size="sm"
        label="Metadata of the identity provider"
        value={from}
        onChange={setFrom}
        choices={[
          { value: 'url', label: 'Metadata address' },
          { value: 'xml', label: 'Metadata text' },
        ]}
      />
      <Field
        name={from === 'url' ? 'url' : 'metadata_xml'}
        label={from === 'url' ? 'Address of the metadata' : 'Metadata (XML)'}
        error={errors.url ?? errors.metadata_xml}
      >
        {from === 'url' ? (
          <Input mono placeholder="https://idp.example.com/metadata" value={text} onValueChange={setText} />
        ) : (
          <Textarea mono rows={4} value={text} onValueChange={setText} />
        )}
      </Field>
      <FormError error={read.error} known={['url', 'metadata_xml']} />
      <Button size="sm" busy={read.isPending} disabled={!text.trim()} onClick={() => read.mutate()}>
        <Download />
        Read metadata
      </Button>
    </div>
  )
}

const KNOWN = [
  ...['idp_entity_id', 'sso_url', 'email_attribute', 'name_attribute', 'groups_attribute', 'default_role', 'enabled'],
  /^certificates/,
  /^group_roles/,
]

/** Everything about the identity provider of this workspace. */
export function Connection({ connection }: { connection: SsoConnection }) {
  const cache = useQueryClient()
  const [draft, setDraft] = useState(() => draftOf(connection))
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const save = useMutation({
    mutationFn: () => api.put<SsoConnection>('/sso/connection', bodyOf(draft)),
    onSuccess: (saved) => {
      cache.setQueryData(keys.ssoConnection, saved)
      setDraft(draftOf(saved))
      toast('Single sign-on saved')
    },
  })
  const errors = fieldsOf(save.error)
  const about = (field: string) => Object.entries(errors).find(([path]) => path.startsWith(field))?.[1]
  const ends = connection.certificates[0]?.expires_at
  return (
    <Card>
      <CardHead title="Your identity provider" />
      <Form error={save.error} onSubmit={() => save.mutate()}>
        <div className="space-y-5 p-4">
          <Import onRead={({ certificates, ...rest }) => change({ ...rest, certificates: certificates.join('\n') })} />
          <Field name="idp_entity_id" label="Entity ID of the provider" error={errors.idp_entity_id}>
            <Input mono value={draft.idp_entity_id} onValueChange={(idp_entity_id) => change({ idp_entity_id })} />
          </Field>
          <Field name="sso_url" label="Sign-in address (HTTP redirect)" error={errors.sso_url}>
            <Input mono value={draft.sso_url} onValueChange={(sso_url) => change({ sso_url })} />
          </Field>
          <Field
            name="certificates"
            label="Signing certificates"
            error={about('certificates')}
            hint={
              ends ? (
                <>
                  PEM; several one after the other while they are exchanged. The first one ends on <Day at={ends} />.
                </>
              ) : (
                'PEM; several one after the other while they are exchanged.'
              )
            }
          >
            <Textarea
              mono
              rows={4}
              value={draft.certificates}
              onValueChange={(certificates) => change({ certificates })}
            />
          </Field>
          <div className="grid gap-4 sm:grid-cols-3">
            <Field name="email_attribute" label="E-mail attribute" optional error={errors.email_attribute}>
              <Input
                mono
                value={draft.email_attribute}
                onValueChange={(email_attribute) => change({ email_attribute })}
              />
            </Field>
            <Field name="name_attribute" label="Name attribute" optional error={errors.name_attribute}>
              <Input mono value={draft.name_attribute} onValueChange={(name_attribute) => change({ name_attribute })} />
            </Field>
            <Field name="groups_attribute" label="Groups attribute" optional error={errors.groups_attribute}>
              <Input
                mono
                value={draft.groups_attribute}
                onValueChange={(groups_attribute) => change({ groups_attribute })}
              />
            </Field>
          </div>
          <Switch
            label="People join by themselves"
            hint="Whoever comes from your identity provider with a verified domain becomes a member."
            checked={draft.provision}
            onChange={(provision) => change({ provision })}
          />
          <Field name="default_role" label="As" error={errors.default_role} className="sm:w-48">
            <Select
              value={draft.default_role}
              onChange={(default_role) => change({ default_role })}
              choices={roleChoices}
            />
          </Field>
          <GroupRoles
            value={draft.group_roles}
            onChange={(group_roles) => change({ group_roles })}
            error={about('group_roles')}
          />
          <Switch
            label="The whole answer must be signed"
            hint="Assertions always are. Turn it on if your provider signs both."
            checked={draft.require_signed_response}
            onChange={(require_signed_response) => change({ require_signed_response })}
          />
          <Switch
            label="Enabled"
            hint="People with an address of a verified domain can sign in this way."
            error={errors.enabled}
            checked={draft.enabled}
            onChange={(enabled) => change({ enabled })}
          />
          <FormError error={save.error} known={KNOWN} />
        </div>
        <footer className="flex justify-end border-t border-line px-4 py-3">
          <Button type="submit" variant="primary" busy={save.isPending}>
            Save single sign-on
          </Button>
        </footer>
      </Form>
    </Card>
  )
}
