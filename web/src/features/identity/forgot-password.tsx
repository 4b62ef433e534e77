import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { isThrottled, Throttled, useThrottle } from '@/parts/throttle'
import { authConfigQuery } from '@/session'
import { Button, buttonClass } from '@/ui/button'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { Frame } from './frame'

const ToSignIn = () => (
  <Link to="/sign-in" className={buttonClass()}>
    Back to sign-in
  </Link>
)

/** Asks for the mail with the link. The answer is the same whether there is such an account or not. */
export function ForgotPassword() {
  const { data: config } = useQuery(authConfigQuery)
  const [email, setEmail] = useState('')
  const ask = useMutation({ mutationFn: () => api.post('/auth/password-reset', { email: email.trim() }) })
  const wait = useThrottle(ask.error)
  const errors = fieldsOf(ask.error)
  if (config?.mail === false)
    return (
      <Frame title="Forgot your password?" lead="This server sends no mail, so it cannot send you a link.">
        <p className="mb-6 text-sm text-muted">
          Whoever runs it can set a new password with{' '}
          <code className="font-mono text-xs text-fg">xinex admin reset-password</code>.
        </p>
        <ToSignIn />
      </Frame>
    )
  if (ask.isSuccess)
    return (
      <Frame title="Look into your mail">
        <p role="status" className="mb-6 text-md text-muted">
          If there is an account for <span className="font-medium break-words text-fg">{email.trim()}</span>, a link to
          choose a new password is on its way. It is good for one hour, and once.
        </p>
        <ToSignIn />
      </Frame>
    )
  return (
    <Frame title="Forgot your password?" lead="You get a mail with a link to choose a new one.">
      <Form error={ask.error} onSubmit={() => ask.mutate()} className="space-y-4">
        <Field name="email" label="E-mail" error={errors.email}>
          <Input type="email" autoComplete="username" autoFocus required value={email} onValueChange={setEmail} />
        </Field>
        {isThrottled(ask.error) ? <Throttled wait={wait} /> : <FormError error={ask.error} known={['email']} />}
        <Button
          type="submit"
          variant="primary"
          busy={ask.isPending}
          disabled={!email.trim() || wait > 0}
          className="w-full"
        >
          Send the link
        </Button>
      </Form>
      <p className="mt-6 text-sm text-muted">
        <Link to="/sign-in" className="font-medium text-accent hover:underline">
          Back to sign-in
        </Link>
      </p>
    </Frame>
  )
}
