import { useMutation } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, fieldsOf, setCsrf } from '@/api'
import { queryClient } from '@/query'
import { Button, buttonClass } from '@/ui/button'
import { Field, Form, FormError } from '@/ui/field'
import { PasswordInput } from '@/ui/input'
import { Frame } from './frame'

const Another = ({ lead }: { lead: string }) => (
  <Frame title="This link does not work" lead={lead}>
    <Link to="/forgot-password" className={buttonClass('primary')}>
      Ask for another link
    </Link>
  </Frame>
)

/** Where the link in the mail leads: the new password, once. Signing in is a step of its own, with the second factor. */
export function ResetPassword() {
  const { token } = useSearch({ from: '/reset-password' })
  const [new_password, setPassword] = useState('')
  const reset = useMutation({
    mutationFn: () => api.post('/auth/password-reset/confirm', { token, new_password }),
    onSuccess: () => {
      // Every session has ended, the one of this browser too.
      setCsrf(null)
      queryClient.clear()
    },
  })
  const errors = fieldsOf(reset.error)
  if (!token) return <Another lead="It is not complete. Open it from the mail again, or copy all of it." />
  if (errors.token) return <Another lead="It was used already, or is older than an hour." />
  if (reset.isSuccess)
    return (
      <Frame title="Your password is changed">
        <p role="status" className="mb-6 text-md text-muted">
          You are signed out everywhere. Sign in with the new password.
        </p>
        <Link to="/sign-in" className={buttonClass('primary')}>
          Go to sign-in
        </Link>
      </Frame>
    )
  return (
    <Frame title="Choose a new password" lead="You will be signed out everywhere else.">
      <Form error={reset.error} onSubmit={() => reset.mutate()} className="space-y-4">
        <Field
          name="new_password"
          label="New password"
          error={errors.new_password}
          hint="At least 10 characters. A few unrelated words are easy to remember and hard to guess."
        >
          <PasswordInput
            autoComplete="new-password"
            autoFocus
            required
            value={new_password}
            onValueChange={setPassword}
          />
        </Field>
        <FormError error={reset.error} known={['new_password']} />
        <Button
          type="submit"
          variant="primary"
          busy={reset.isPending}
          disabled={new_password.length === 0}
          className="w-full"
        >
          Change password
        </Button>
      </Form>
    </Frame>
  )
}
