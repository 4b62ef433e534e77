import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { useUnsaved } from '@/shell/unsaved'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Switch } from '@/ui/choice'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { cleaned, defaultsOf, type Values } from '@/ui/schema'
import { SchemaForm } from '@/ui/schema-form'
import { toast } from '@/ui/toast'
import { type Integration, type IntegrationType, useRenewIntegrations } from './data'
import { Trial } from './trial'

const KNOWN = ['name', /^settings[.[]/]
const draftOf = ({ name, enabled, settings }: Integration, { settings: schema }: IntegrationType) => ({
  name,
  enabled,
  settings: { ...defaultsOf(schema), ...settings } as Values,
})

/** How events are read, and a place to try that before it is saved. */
export function Settings({ integration, type }: { integration: Integration; type: IntegrationType }) {
  const renew = useRenewIntegrations()
  const [saved, setSaved] = useState(() => draftOf(integration, type))
  const [draft, setDraft] = useState(saved)
  const dirty = JSON.stringify(draft) !== JSON.stringify(saved)
  const { dialog } = useUnsaved(dirty)
  const settings = cleaned(type.settings, draft.settings)
  const save = useMutation({
    mutationFn: () =>
      api.put<Integration>(`/integrations/${integration.id}`, { ...draft, name: draft.name.trim(), settings }),
    onSuccess: async (next) => {
      const now = draftOf(next, type)
      setSaved(now)
      setDraft(now)
      await renew()
      toast(`${next.name} is saved`)
    },
  })
  const errors = fieldsOf(save.error)
  return (
    <>
      <Card aria-labelledby="settings">
        <CardHead id="settings" title="Settings" />
        <Form error={save.error} onSubmit={() => save.mutate()}>
          <div className="space-y-4 p-4">
            <Field name="name" label="Name" error={errors.name} hint="What its incidents are said to come from.">
              <Input
                value={draft.name}
                maxLength={120}
                autoComplete="off"
                onValueChange={(name) => setDraft({ ...draft, name })}
              />
            </Field>
            <SchemaForm
              schema={type.settings}
              value={draft.settings}
              onChange={(next) => setDraft({ ...draft, settings: next })}
              errors={errors}
            />
            <Switch
              label="On"
              hint="While it is off its events are refused; what is open stays open."
              checked={draft.enabled}
              onChange={(enabled) => setDraft({ ...draft, enabled })}
            />
            <FormError error={save.error} known={KNOWN} />
          </div>
          <footer className="flex justify-end border-t border-line px-4 py-3">
            <Button type="submit" variant="primary" busy={save.isPending} disabled={!dirty || !draft.name.trim()}>
              Save integration
            </Button>
          </footer>
        </Form>
        {dialog}
      </Card>
      <Trial integration={integration} settings={settings} />
    </>
  )
}
