import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, fieldsOf, setCsrf } from '@/api'
import { keys } from '@/keys'
import { FormCard } from '@/parts/form-card'
import { ProofError, ProofField, useProof } from '@/parts/proof'
import { SettingsFrame } from '@/parts/settings-frame'
import { useThrottle } from '@/parts/throttle'
import { useCan, useMe } from '@/session'
import type { Me } from '@/types'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { toast } from '@/ui/toast'
import { ZoneField } from '@/ui/zone-field'

function useSaveMe(done: string, then: () => void = () => {}) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (part: Record<string, string | undefined>) => api.put<Me>('/me', part),
    onSuccess: (me) => {
      client.setQueryData(keys.me, me)
      if (me.csrf_token) setCsrf(me.csrf_token)
      toast(done)
      then()
    },
  })
}

function About() {
  const me = useMe()
  const [draft, setDraft] = useState({ name: me.name, timezone: me.timezone })
  const save = useSaveMe('Profile saved')
  const errors = fieldsOf(save.error)
  const changed = draft.name !== me.name || draft.timezone !== me.timezone
  return (
    <FormCard
      title="About you"
      error={save.error}
      known={['name', 'timezone']}
      action="Save profile"
      busy={save.isPending}
      disabled={!changed}
      onSubmit={() => save.mutate(draft)}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field name="name" label="Name" error={errors.name}>
          <Input autoComplete="name" value={draft.name} onValueChange={(name) => setDraft({ ...draft, name })} />
        </Field>
        <ZoneField
          value={draft.timezone}
          onChange={(timezone) => setDraft({ ...draft, timezone })}
          error={errors.timezone}
        />
      </div>
    </FormCard>
  )
}

function Address() {
  const me = useMe()
  const proof = useProof()
  const [email, setEmail] = useState(me.email)
  const save = useSaveMe('E-mail address changed', () => proof.setPassword(''))
  const wait = useThrottle(save.error)
  const changed = email.trim() !== me.email
  return (
    <FormCard
      title="E-mail"
      error={save.error}
      known={['email', 'current_password']}
      problem={<ProofError proof={proof} error={save.error} known={['email']} />}
      action="Change e-mail"
      busy={save.isPending}
      disabled={!changed || !proof.ready || wait > 0}
      onSubmit={() => save.mutate({ email: email.trim(), ...proof.body })}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          name="email"
          label="E-mail"
          error={fieldsOf(save.error).email}
          hint={changed ? 'Your other sessions are signed out.' : 'You sign in with it.'}
        >
          <Input type="email" autoComplete="email" value={email} onValueChange={setEmail} />
        </Field>
        {changed && <ProofField proof={proof} error={save.error} label="Current password" />}
      </div>
    </FormCard>
  )
}

export function Profile() {
  const may = useCan('self:secure')
  return (
    <SettingsFrame title="Profile" lead="What others see of you.">
      <div className="space-y-4">
        <About />
        {may && <Address />}
      </div>
    </SettingsFrame>
  )
}
