import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import type { Page } from '@/types'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { cleaned, defaultsOf, type JsonSchema, type Values } from '@/ui/schema'
import { SchemaForm } from '@/ui/schema-form'
import { ErrorState, SkeletonRows } from '@/ui/states'
import {
  type Changed,
  type Contact,
  type ContactKind,
  contactPath,
  contactsPath,
  kindsKey,
  useRenewContacts,
} from './contacts'

type Props = { contact: Contact; onClose: () => void; onEdited: (changed: Changed) => void }

function Fields({ contact, schema, onClose, onEdited }: Props & { schema: JsonSchema }) {
  const renew = useRenewContacts()
  const [name, setName] = useState(contact.name)
  const [first] = useState<Values>(() => ({ ...defaultsOf(schema), ...contact.settings }))
  const [settings, setSettings] = useState(first)
  const moved = JSON.stringify(cleaned(schema, settings)) !== JSON.stringify(cleaned(schema, first))
  const save = useMutation({
    mutationFn: () =>
      api.put<Changed>(contactPath(contact.id), {
        name: name.trim(),
        ...(moved && { settings: cleaned(schema, settings) }),
      }),
    onSuccess: async (changed) => {
      await renew()
      onEdited(changed)
    },
  })
  const errors = fieldsOf(save.error)
  return (
    <Form error={save.error} onSubmit={() => save.mutate()} className="space-y-4">
      <Field name="name" label="Name" error={errors.name}>
        <Input value={name} maxLength={120} autoComplete="off" onValueChange={setName} />
      </Field>
      <SchemaForm schema={schema} value={settings} onChange={setSettings} errors={errors} />
      {moved && (
        <p className="text-sm text-muted">Another address is used once you entered the code that is sent there.</p>
      )}
      <FormError error={save.error} known={['name', /^settings[.[]/]} />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="primary" type="submit" busy={save.isPending} disabled={!name.trim()}>
          {moved ? 'Save and send code' : 'Save'}
        </Button>
      </div>
    </Form>
  )
}

/** Another name for a way to be reached, or another address, which has to be confirmed anew. */
export function EditContact(props: Props) {
  const { contact, onClose } = props
  const { data, error, refetch } = useQuery({
    queryKey: kindsKey,
    queryFn: ({ signal }) => api.get<Page<ContactKind>>(`${contactsPath}/kinds`, {}, { signal }),
  })
  const kind = data?.items.find(({ type }) => type === contact.type)
  const schema = kind && ((contact.via_id !== null && kind.personal) || kind.settings)
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Edit “${contact.name}”`}
      description={contact.via_name ? `Carried by ${contact.via_name}.` : kind?.title}
    >
      {error && !data ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : !data ? (
        <SkeletonRows rows={3} />
      ) : schema ? (
        <Fields {...props} schema={schema} />
      ) : (
        <p className="text-sm text-muted">This version has no such kind any more. Delete it and add another.</p>
      )}
    </Dialog>
  )
}
