import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { SettingsFrame } from '@/parts/settings-frame'
import { useCan, useMe } from '@/session'
import type { Tenant } from '@/types'
import { Button } from '@/ui/button'
import { Card, Facts } from '@/ui/card'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { toast } from '@/ui/toast'
import { ZoneField } from '@/ui/zone-field'

function Edit({ tenant }: { tenant: Tenant }) {
  const client = useQueryClient()
  const [draft, setDraft] = useState({ name: tenant.name, timezone: tenant.timezone })
  const save = useMutation({
    mutationFn: () => api.put<Tenant>('/tenant', draft),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.me })
      toast('Workspace saved')
    },
  })
  const errors = fieldsOf(save.error)
  const changed = draft.name !== tenant.name || draft.timezone !== tenant.timezone
  return (
    <Card>
      <Form error={save.error} onSubmit={() => save.mutate()}>
        <div className="space-y-4 p-4">
          <div className="grid gap-4 sm:grid-cols-2">
            <Field name="name" label="Name" error={errors.name}>
              <Input value={draft.name} onValueChange={(name) => setDraft({ ...draft, name })} />
            </Field>
            <ZoneField
              label="Default time zone"
              value={draft.timezone}
              onChange={(timezone) => setDraft({ ...draft, timezone })}
              error={errors.timezone}
            />
          </div>
          <FormError error={save.error} known={['name', 'timezone']} />
        </div>
        <footer className="flex justify-end border-t border-line px-4 py-3">
          <Button type="submit" busy={save.isPending} disabled={!changed}>
            Save workspace
          </Button>
        </footer>
      </Form>
    </Card>
  )
}

export function Workspace() {
  const { tenant } = useMe()
  const may = useCan('members:write')
  return (
    <SettingsFrame title="Workspace" lead={may ? undefined : 'Only admins can change these.'}>
      {may ? (
        <Edit tenant={tenant} />
      ) : (
        <Card>
          <Facts
            facts={[
              ['Name', tenant.name],
              ['Default time zone', tenant.timezone],
            ]}
          />
        </Card>
      )}
    </SettingsFrame>
  )
}
