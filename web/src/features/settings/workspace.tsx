import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { SettingsFrame } from '@/parts/settings-frame'
import { useCan, useMe } from '@/session'
import type { TenantFull } from '@/types'
import { Button } from '@/ui/button'
import { Card, CardHead, Facts } from '@/ui/card'
import { Switch } from '@/ui/choice'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { toast } from '@/ui/toast'
import { ZoneField } from '@/ui/zone-field'
import { WorkspaceDanger } from './workspace-danger'

function Edit({ tenant }: { tenant: TenantFull }) {
  const client = useQueryClient()
  const [draft, setDraft] = useState({ name: tenant.name, timezone: tenant.timezone })
  const save = useMutation({
    mutationFn: () => api.put<TenantFull>('/tenant', draft),
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

/** Whether people need a second factor to work here. */
function SecondFactor({ tenant }: { tenant: TenantFull }) {
  const client = useQueryClient()
  const save = useMutation({
    mutationFn: (require_mfa: boolean) => api.put<TenantFull>('/tenant', { require_mfa }),
    onSuccess: async ({ require_mfa }) => {
      await client.invalidateQueries({ queryKey: keys.me })
      toast(require_mfa ? 'A second factor is required now' : 'A second factor is no longer required')
    },
  })
  return (
    <Card>
      <CardHead title="Second factor" />
      <div className="space-y-3 p-4">
        <Switch
          label="Everybody needs a second factor"
          hint="Members without one set up an authenticator app or a passkey before they see anything. API tokens go on working."
          checked={tenant.require_mfa}
          disabled={save.isPending}
          onChange={(require_mfa) => save.mutate(require_mfa)}
        />
        <FormError error={save.error} />
      </div>
    </Card>
  )
}

export function Workspace() {
  const { tenant } = useMe()
  const may = useCan('members:write')
  const owns = useCan('tenant:own')
  return (
    <SettingsFrame title="General" lead={may ? undefined : 'Only admins can change these.'}>
      {may ? (
        <div className="space-y-4">
          <Edit tenant={tenant} />
          <SecondFactor tenant={tenant} />
          {owns && <WorkspaceDanger />}
        </div>
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
