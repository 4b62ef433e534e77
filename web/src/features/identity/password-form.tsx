import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { isThrottled, Throttled, useThrottle } from '@/parts/throttle'
import type { AuthConfig, Entered } from '@/types'
import { Button } from '@/ui/button'
import { Field, Form, FormError } from '@/ui/field'
import { Input, PasswordInput } from '@/ui/input'

type Props = {
  config?: AuthConfig
  email: string
  onEmail: (email: string) => void
  onEntered: (answer: Entered) => void
}
export function PasswordForm({ config, email, onEmail, onEntered }: Props) {
  const [password, setPassword] = useState('')
  const login = useMutation({
    mutationFn: () => api.post<Entered>('/auth/login', { email: email.trim(), password }),
    onSuccess: onEntered,
  })
  const wait = useThrottle(login.error)
  const errors = fieldsOf(login.error)
  const names = config?.directory
  return (
    <Form error={login.error} onSubmit={() => login.mutate()} className="space-y-4">
      <Field name="email" label={names ? 'E-mail or user name' : 'E-mail'} error={errors.email}>
        <Input
          type={names ? 'text' : 'email'}
          autoComplete={config?.passkeys ? 'username webauthn' : 'username'}
          autoCapitalize="off"
          spellCheck={false}
          autoFocus
          required
          value={email}
          onValueChange={onEmail}
        />
      </Field>
      <div className="relative">
        <Field name="password" label="Password" error={errors.password}>
          <PasswordInput autoComplete="current-password" required value={password} onValueChange={setPassword} />
        </Field>
        {config?.mail && (
          <Link
            to="/forgot-password"
            className="absolute end-0 top-0 text-sm text-muted hover:text-fg hover:underline coarse:-top-2 coarse:py-2"
          >
            Forgot password?
          </Link>
        )}
      </div>
      {isThrottled(login.error) ? (
        <Throttled wait={wait} />
      ) : (
        <FormError error={login.error} known={['email', 'password']} />
      )}
      <Button
        type="submit"
        variant="primary"
        busy={login.isPending}
        disabled={!email || !password || wait > 0}
        className="w-full"
      >
        Sign in
      </Button>
    </Form>
  )
}
