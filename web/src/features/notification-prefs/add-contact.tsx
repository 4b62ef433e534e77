import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import type { Page } from '@/types'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { cleaned, defaultsOf, type Values } from '@/ui/schema'
import { SchemaForm } from '@/ui/schema-form'
import { Select } from '@/ui/select'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { type Changed, type ContactKind, contactsPath, kindsKey, useRenewContacts } from './contacts'

const ALONE = 'alone'
const KNOWN = ['name', 'type', 'via_id', /^settings[.[]/]

/** By a channel of the workspace only the own address is asked for. */
const schemaOf = (kind: ContactKind, via: string) => (via !== ALONE && kind.personal) || kind.settings

const viaChoices = ({ personal, through }: ContactKind) => [
  { value: ALONE, label: 'On its own' },
  ...(personal ? through.map(({ id, name }) => ({ value: id, label: `Through ${name}` })) : []),
]

function useDraft(kinds: readonly ContactKind[], first: ContactKind) {
  const [kind, setKind] = useState(first)
  const [via, setVia] = useState(ALONE)
  const [name, setName] = useState('')
  const [settings, setSettings] = useState<Values>(() => defaultsOf(first.settings))
  const pickVia = (next: string, of = kind) => {
    setVia(next)
    setSettings(defaultsOf(schemaOf(of, next)))
  }
  const pickKind = (type: string) => {
    const next = kinds.find((one) => one.type === type)
    if (!next) return
    setKind(next)
    pickVia(ALONE, next)
  }
  const schema = schemaOf(kind, via)
  const body = {
    name: name.trim(),
    type: kind.type,
    settings: cleaned(schema, settings),
    via_id: via === ALONE ? null : via,
  }
  return { kind, via, name, settings, schema, body, pickKind, pickVia, setName, setSettings }
}

type FormProps = {
  kinds: readonly ContactKind[]
  first: ContactKind
  onClose: () => void
  onAdded: (c: Changed) => void
}
function Fields({ kinds, first, onClose, onAdded }: FormProps) {
  const draft = useDraft(kinds, first)
  const renew = useRenewContacts()
  const add = useMutation({
    mutationFn: () => api.post<Changed>(contactsPath, draft.body),
    onSuccess: async (made) => {
      await renew()
      onAdded(made)
    },
  })
  const errors = fieldsOf(add.error)
  const vias = viaChoices(draft.kind)
  return (
    <Form error={add.error} onSubmit={() => add.mutate()} className="space-y-4">
      <Field name="type" label="Kind" error={errors.type} hint={draft.kind.summary}>
        <Select
          value={draft.kind.type}
          onChange={(type) => {
            add.reset()
            draft.pickKind(type)
          }}
          choices={kinds.map(({ type, title }) => ({ value: type, label: title }))}
        />
      </Field>
      {vias.length > 1 && (
        <Field name="via_id" label="Carried" error={errors.via_id}>
          <Select value={draft.via} onChange={(via) => draft.pickVia(via)} choices={vias} />
        </Field>
      )}
      <Field name="name" label="Name" error={errors.name} hint="How you tell it from your other ways.">
        <Input value={draft.name} maxLength={120} autoComplete="off" onValueChange={draft.setName} />
      </Field>
      <SchemaForm
        key={`${draft.kind.type} ${draft.via}`}
        schema={draft.schema}
        value={draft.settings}
        onChange={draft.setSettings}
        errors={errors}
      />
      <FormError error={add.error} known={KNOWN} />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="primary" type="submit" busy={add.isPending} disabled={!draft.name.trim()}>
          Add and send code
        </Button>
      </div>
    </Form>
  )
}

/** Asks how somebody wants to be reached; a code is sent there at once. */
export function AddContact({ onClose, onAdded }: Omit<FormProps, 'kinds' | 'first'>) {
  const { data, error, refetch } = useQuery({
    queryKey: kindsKey,
    queryFn: ({ signal }) => api.get<Page<ContactKind>>(`${contactsPath}/kinds`, {}, { signal }),
  })
  const first = data?.items[0]
  return (
    <Dialog open onClose={onClose} title="Add a way to reach you" description="It is used once you entered its code.">
      {error && !data ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : !data ? (
        <SkeletonRows rows={3} />
      ) : first ? (
        <Fields kinds={data.items} first={first} onClose={onClose} onAdded={onAdded} />
      ) : (
        <p className="text-sm text-muted">There is no kind you may add here.</p>
      )}
    </Dialog>
  )
}
