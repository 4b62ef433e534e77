import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useRouter, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { authConfigQuery, safeReturn, signedIn } from '@/session'
import type { SignedIn } from '@/types'
import { Button } from '@/ui/button'
import { Field, Form, FormError } from '@/ui/field'
import { Input, PasswordInput } from '@/ui/input'
import { Frame } from './frame'

export function SignIn() {
  const { return_to } = useSearch({ from: '/sign-in' })
  const { history } = useRouter()
  const { data: config } = useQuery(authConfigQuery)
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const login = useMutation({
    mutationFn: () => api.post<SignedIn>('/auth/login', { email: email.trim(), password }),
    onSuccess: (answer) => {
      signedIn(answer)
      history.replace(safeReturn(return_to))
    },
  })
  const errors = fieldsOf(login.error)
  return (
    <Frame title="Sign in">
      <Form error={login.error} onSubmit={() => login.mutate()} className="space-y-4">
        <Field name="email" label="E-mail" error={errors.email}>
          <Input type="email" autoComplete="username" autoFocus required value={email} onValueChange={setEmail} />
        </Field>
        <Field name="password" label="Password" error={errors.password}>
          <PasswordInput autoComplete="current-password" required value={password} onValueChange={setPassword} />
        </Field>
        <FormError error={login.error} known={['email', 'password']} />
        <Button
          type="submit"
          variant="primary"
          busy={login.isPending}
          disabled={!email || !password}
          className="w-full"
        >
          Sign in
        </Button>
      </Form>
      <p className="mt-6 text-sm text-muted">
        {config?.registration === 'open' ? (
          <>
            No account yet?{' '}
            <Link to="/register" className="font-medium text-accent hover:underline">
              Create one
            </Link>
          </>
        ) : (
          'Password forgotten? An administrator of this server can set a new one on its command line.'
        )}
      </p>
    </Frame>
  )
}
