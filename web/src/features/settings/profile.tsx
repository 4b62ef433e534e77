import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { api, fieldsOf, setCsrf } from '@/api'
import { keys } from '@/keys'
import { SettingsFrame } from '@/parts/settings-frame'
import { useMe } from '@/session'
import type { Me } from '@/types'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Field, Form, FormError } from '@/ui/field'
import { Input, PasswordInput } from '@/ui/input'
import { toast } from '@/ui/toast'
import { ZoneField } from '@/ui/zone-field'

function useSaveMe(done: string, then: () => void = () => {}) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (part: Record<string, string>) => api.put<Me>('/me', part),
    onSuccess: (me) => {
      client.setQueryData(keys.me, me)
      if (me.csrf_token) setCsrf(me.csrf_token)
      toast(done)
      then()
    },
  })
}

function Section({
  title,
  error,
  onSubmit,
  known,
  busy,
  disabled,
  action,
  children,
}: {
  title: string
  error: unknown
  onSubmit: () => void
  known: string[]
  busy: boolean
  disabled: boolean
  action: string
  children: ReactNode
}) {
  return (
    <Card>
      <CardHead title={title} />
      <Form error={error} onSubmit={onSubmit}>
        <div className="space-y-4 p-4">
          {children}
          <FormError error={error} known={known} />
        </div>
        <footer className="flex justify-end border-t border-line px-4 py-3">
          <Button type="submit" variant="secondary" busy={busy} disabled={disabled}>
            {action}
          </Button>
        </footer>
      </Form>
    </Card>
  )
}

function About() {
  const me = useMe()
  const [draft, setDraft] = useState({ name: me.name, timezone: me.timezone })
  const save = useSaveMe('Profile saved')
  const errors = fieldsOf(save.error)
  const changed = draft.name !== me.name || draft.timezone !== me.timezone
  return (
    <Section
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
    </Section>
  )
}

function Address() {
  const me = useMe()
  const [email, setEmail] = useState(me.email)
  const [current_password, setPassword] = useState('')
  const save = useSaveMe('E-mail address changed', () => setPassword(''))
  const errors = fieldsOf(save.error)
  const changed = email.trim() !== me.email
  return (
    <Section
      title="E-mail"
      error={save.error}
      known={['email', 'current_password']}
      action="Change e-mail"
      busy={save.isPending}
      disabled={!changed || !current_password}
      onSubmit={() => save.mutate({ email: email.trim(), current_password })}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field name="email" label="E-mail" error={errors.email} hint="You sign in with it.">
          <Input type="email" autoComplete="email" value={email} onValueChange={setEmail} />
        </Field>
        {changed && (
          <Field name="current_password" label="Current password" error={errors.current_password}>
            <PasswordInput autoComplete="current-password" value={current_password} onValueChange={setPassword} />
          </Field>
        )}
      </div>
    </Section>
  )
}

function Password() {
  const [draft, setDraft] = useState({ current_password: '', new_password: '' })
  const save = useSaveMe('Password changed', () => setDraft({ current_password: '', new_password: '' }))
  const errors = fieldsOf(save.error)
  return (
    <Section
      title="Password"
      error={save.error}
      known={['current_password', 'new_password']}
      action="Change password"
      busy={save.isPending}
      disabled={!draft.current_password || !draft.new_password}
      onSubmit={() => save.mutate(draft)}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field name="current_password" label="Current password" error={errors.current_password}>
          <PasswordInput
            autoComplete="current-password"
            value={draft.current_password}
            onValueChange={(current_password) => setDraft({ ...draft, current_password })}
          />
        </Field>
        <Field name="new_password" label="New password" error={errors.new_password} hint="At least 10 characters.">
          <PasswordInput
            autoComplete="new-password"
            value={draft.new_password}
            onValueChange={(new_password) => setDraft({ ...draft, new_password })}
          />
        </Field>
      </div>
    </Section>
  )
}

export function Profile() {
  return (
    <SettingsFrame title="Profile" lead="What others see of you, and how you sign in.">
      <div className="space-y-4">
        <About />
        <Address />
        <Password />
      </div>
    </SettingsFrame>
  )
}
