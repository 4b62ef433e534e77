import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { authConfigQuery } from '@/session'
import type { AuthConfig, SignedIn } from '@/types'
import { Button, buttonClass } from '@/ui/button'
import { Field, Form, FormError } from '@/ui/field'
import { Input, PasswordInput } from '@/ui/input'
import { ErrorState, Skeleton } from '@/ui/states'
import { useEnter } from './enter'
import { Frame } from './frame'
import { Or, ProviderLinks } from './other-ways'

function Closed({ invite }: { invite: boolean }) {
  return (
    <Frame
      title="Registration is closed"
      lead={
        invite
          ? 'Accounts here are created by invitation. Open the link from your invitation.'
          : 'Ask the people who run this server for access.'
      }
    >
      <Link to="/sign-in" className={buttonClass()}>
        Go to sign-in
      </Link>
    </Frame>
  )
}

function RegisterForm({ providers }: Pick<AuthConfig, 'providers'>) {
  const { invitation, email: invited } = useSearch({ from: '/register' })
  const enter = useEnter()
  const [draft, setDraft] = useState({ name: '', email: invited ?? '', password: '', workspace: '' })
  const set = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part })
  const register = useMutation({
    mutationFn: () => {
      const { workspace, ...rest } = draft
      // Somebody who is invited joins a workspace instead of making one.
      return api.post<SignedIn>('/auth/register', {
        ...rest,
        ...(invitation ? { invitation } : workspace && { workspace }),
      })
    },
    // A new account has no second factor to ask for.
    onSuccess: (answer) => enter(answer),
  })
  const errors = fieldsOf(register.error)
  return (
    <Frame title={invitation ? 'Accept your invitation' : 'Create an account'}>
      <Form error={register.error} onSubmit={() => register.mutate()} className="space-y-4">
        <Field name="name" label="Name" error={errors.name}>
          <Input autoComplete="name" autoFocus required value={draft.name} onValueChange={(name) => set({ name })} />
        </Field>
        <Field
          name="email"
          label="E-mail"
          error={errors.email}
          hint={invitation ? 'The address the invitation was made for.' : undefined}
        >
          <Input
            type="email"
            autoComplete="username"
            required
            readOnly={Boolean(invitation && invited)}
            value={draft.email}
            onValueChange={(email) => set({ email })}
          />
        </Field>
        <Field name="password" label="Password" error={errors.password} hint="At least 10 characters.">
          <PasswordInput
            autoComplete="new-password"
            required
            value={draft.password}
            onValueChange={(password) => set({ password })}
          />
        </Field>
        {!invitation && (
          <Field
            name="workspace"
            label="Workspace"
            optional
            error={errors.workspace}
            hint="The name of your team or company."
          >
            <Input
              autoComplete="organization"
              value={draft.workspace}
              onValueChange={(workspace) => set({ workspace })}
            />
          </Field>
        )}
        <FormError error={register.error} known={['name', 'email', 'password', 'workspace']} />
        <Button type="submit" variant="primary" busy={register.isPending} className="w-full">
          Create account
        </Button>
      </Form>
      {providers.length > 0 && (
        <>
          <Or />
          <div className="space-y-2.5">
            <ProviderLinks providers={providers} return_to="/overview" />
          </div>
        </>
      )}
      <p className="mt-6 text-sm text-muted">
        Have an account?{' '}
        <Link
          to="/sign-in"
          search={invitation ? { return_to: `/invitation?token=${encodeURIComponent(invitation)}` } : {}}
          className="font-medium text-accent hover:underline"
        >
          Sign in
        </Link>
      </p>
    </Frame>
  )
}

/** Who may register is the server's decision: nobody, the invited, or everybody. */
export function Register() {
  const { invitation } = useSearch({ from: '/register' })
  const { data: config, error, refetch } = useQuery(authConfigQuery)
  if (error) return <ErrorState error={error} retry={() => void refetch()} className="min-h-dvh" />
  if (!config)
    return (
      <Frame title="Create an account">
        <Skeleton className="h-64" />
      </Frame>
    )
  const { registration, providers } = config
  if (registration === 'closed' || (registration === 'invite' && !invitation))
    return <Closed invite={registration === 'invite'} />
  return <RegisterForm providers={providers} />
}
