import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ArrowRight } from 'lucide-react'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { signedIn } from '@/session'
import type { SignedIn } from '@/types'
import { Button } from '@/ui/button'
import { Field, Form, FormError } from '@/ui/field'
import { Input, PasswordInput } from '@/ui/input'
import { ZoneField } from '@/ui/zone-field'

export function Welcome({ token, onNext }: { token?: string; onNext: () => void }) {
  return (
    <>
      <h1 className="text-2xl tracking-tight">Welcome to Xinex</h1>
      <p className="mt-2 text-md text-muted">
        It checks your services from this machine, notices when one stops working, and tells the right people. In the
        next minutes you create your account, watch a first address and choose who gets told.
      </p>
      <p className="mt-3 text-md text-muted">Everything stays on this machine. Each step saves as you go.</p>
      {token ? (
        <Button variant="primary" className="mt-6" onClick={onNext}>
          Get started
          <ArrowRight />
        </Button>
      ) : (
        <div className="mt-6 rounded-lg border border-line bg-surface p-4">
          <h2 className="text-md">Open the set-up link</h2>
          <p className="mt-1 text-sm text-muted">
            Only somebody who can read the log of this server may set it up. The link is printed there at every start
            until it is used; it ends with <span className="font-mono text-xs">/setup?token=…</span>
          </p>
        </div>
      )}
    </>
  )
}

export function Account({ token, onDone }: { token: string; onDone: () => void }) {
  const client = useQueryClient()
  const [draft, setDraft] = useState({
    name: '',
    email: '',
    password: '',
    workspace: '',
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  })
  const set = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part })
  const create = useMutation({
    mutationFn: () => api.post<SignedIn>('/setup', { token, ...draft, email: draft.email.trim() }),
    onSuccess: (answer) => {
      signedIn(answer)
      client.setQueryData(keys.setup, { needed: false })
      onDone()
    },
  })
  const errors = fieldsOf(create.error)
  return (
    <>
      <h1 className="text-2xl tracking-tight">Your account</h1>
      <p className="mt-1.5 text-md text-muted">You become the owner of this server and of its first workspace.</p>
      <Form error={create.error} onSubmit={() => create.mutate()} className="mt-6 space-y-5">
        <div className="grid gap-5 sm:grid-cols-2">
          <Field name="name" label="Your name" error={errors.name}>
            <Input autoComplete="name" autoFocus required value={draft.name} onValueChange={(name) => set({ name })} />
          </Field>
          <Field name="email" label="E-mail" error={errors.email}>
            <Input
              type="email"
              autoComplete="username"
              required
              value={draft.email}
              onValueChange={(email) => set({ email })}
            />
          </Field>
        </div>
        <Field
          name="password"
          label="Password"
          error={errors.password}
          hint="At least 10 characters. A few unrelated words are easy to remember and hard to guess."
        >
          <PasswordInput
            autoComplete="new-password"
            required
            value={draft.password}
            onValueChange={(password) => set({ password })}
          />
        </Field>
        <div className="grid gap-5 sm:grid-cols-2">
          <Field name="workspace" label="Workspace" error={errors.workspace} hint="The name of your team or company.">
            <Input
              autoComplete="organization"
              required
              value={draft.workspace}
              onValueChange={(workspace) => set({ workspace })}
            />
          </Field>
          <ZoneField value={draft.timezone} onChange={(timezone) => set({ timezone })} error={errors.timezone} />
        </div>
        <FormError error={create.error} known={['name', 'email', 'password', 'workspace', 'timezone']} />
        <Button type="submit" variant="primary" busy={create.isPending}>
          Create account
          <ArrowRight />
        </Button>
      </Form>
    </>
  )
}
