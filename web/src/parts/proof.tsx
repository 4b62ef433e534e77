import { useNavigate, useRouterState } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError, fieldsOf } from '@/api'
import { signOut, useMe } from '@/session'
import { Button } from '@/ui/button'
import { Field, FormError } from '@/ui/field'
import { PasswordInput } from '@/ui/input'
import { isThrottled, Throttled, useThrottle } from './throttle'

/** The password again, for what changes how somebody signs in; without one the server wants a fresh sign-in instead. */
export function useProof() {
  const { has_password } = useMe()
  const [password, setPassword] = useState('')
  return {
    needed: has_password,
    /** What goes with the request. */
    body: has_password ? { current_password: password } : {},
    ready: !has_password || password !== '',
    password,
    setPassword,
  }
}
export type Proof = ReturnType<typeof useProof>

type FieldProps = { proof: Proof; error: unknown; label?: string; autoFocus?: boolean }
export const ProofField = ({ proof, error, label = 'Your password', autoFocus }: FieldProps) =>
  proof.needed && (
    <Field name="current_password" label={label} error={fieldsOf(error).current_password}>
      <PasswordInput
        autoComplete="current-password"
        autoFocus={autoFocus}
        value={proof.password}
        onValueChange={proof.setPassword}
      />
    </Field>
  )

function SignInAgain({ error }: { error: ApiError }) {
  const navigate = useNavigate()
  const here = useRouterState({ select: ({ location }) => location.pathname })
  const [failed, setFailed] = useState<unknown>(null)
  const go = () => signOut().then(() => navigate({ to: '/sign-in', search: { return_to: here } }), setFailed)
  return (
    <div className="space-y-3">
      <FormError error={failed ?? error} />
      <Button onClick={() => void go()}>Sign in again</Button>
    </div>
  )
}

/** What was refused; with a way on where the proof was missing, and the time to wait after too many wrong passwords. */
export function ProofError({ proof, error, known = [] }: { proof: Proof; error: unknown; known?: string[] }) {
  const wait = useThrottle(error)
  if (isThrottled(error)) return <Throttled wait={wait} />
  if (error instanceof ApiError && error.code === 'FORBIDDEN' && !proof.needed) return <SignInAgain error={error} />
  return <FormError error={error} known={['current_password', ...known]} />
}
