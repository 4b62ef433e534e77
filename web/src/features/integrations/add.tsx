import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { cleaned, defaultsOf } from '@/ui/schema'
import { SchemaForm } from '@/ui/schema-form'
import { Select } from '@/ui/select'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { type Integration, type IntegrationType, typesQuery, useRenewIntegrations } from './data'

type Props = { onClose: () => void; onAdded: (made: Integration) => void }
const KNOWN = ['name', 'type', /^settings[.[]/]

function Fields({ types, first, onClose, onAdded }: Props & { types: IntegrationType[]; first: IntegrationType }) {
  const renew = useRenewIntegrations()
  const [type, setType] = useState(first)
  const [name, setName] = useState('')
  const [settings, setSettings] = useState(() => defaultsOf(first.settings))
  const add = useMutation({
    mutationFn: () =>
      api.post<Integration>('/integrations', {
        name: name.trim(),
        type: type.type,
        settings: cleaned(type.settings, settings),
      }),
    onSuccess: async (made) => {
      await renew()
      onAdded(made)
    },
  })
  const errors = fieldsOf(add.error)
  const pick = (wanted: string) => {
    const next = types.find((one) => one.type === wanted)
    if (!next) return
    add.reset()
    setType(next)
    setSettings(defaultsOf(next.settings))
  }
  return (
    <Form error={add.error} onSubmit={() => add.mutate()} className="space-y-4">
      <Field name="type" label="Program" error={errors.type} hint={type.summary}>
        <Select
          value={type.type}
          onChange={pick}
          choices={types.map((one) => ({ value: one.type, label: one.title }))}
        />
      </Field>
      <Field name="name" label="Name" error={errors.name} hint="What its incidents are said to come from.">
        <Input value={name} maxLength={120} autoComplete="off" onValueChange={setName} />
      </Field>
      <SchemaForm key={type.type} schema={type.settings} value={settings} onChange={setSettings} errors={errors} />
      <FormError error={add.error} known={KNOWN} />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="primary" type="submit" busy={add.isPending} disabled={!name.trim()}>
          Add integration
        </Button>
      </div>
    </Form>
  )
}

/** Asks which program is to open incidents here. */
export function AddIntegration({ onClose, onAdded }: Props) {
  const { data, error, refetch } = useQuery(typesQuery)
  const first = data?.[0]
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="New integration"
      description="Another program that opens incidents here."
    >
      {error && !data ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : first && data ? (
        <Fields types={data} first={first} onClose={onClose} onAdded={onAdded} />
      ) : (
        <SkeletonRows rows={3} />
      )}
    </Dialog>
  )
}
