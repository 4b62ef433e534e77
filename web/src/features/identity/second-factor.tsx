import { useMutation } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { ApiError, api, fieldsOf } from '@/api'
import { canUsePasskeys, proveWithPasskey } from '@/parts/passkey'
import { isThrottled, Throttled, useThrottle } from '@/parts/throttle'
import type { MfaRequired, SignedIn } from '@/types'
import { Button } from '@/ui/button'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { Frame } from './frame'
import { Or } from './other-ways'

export type Pending = Pick<MfaRequired, 'mfa_token' | 'methods'>
const OVER = 'That sign-in took too long, or had too many wrong codes. Begin again.'
const DIGITS = /^\d{6}$/

/** The sentence about the code itself, wherever the server put it. */
const codeError = (error: unknown) =>
  error instanceof ApiError && error.code === 'MFA_CODE_INVALID' ? error.message : fieldsOf(error).code

type Step = { pending: Pending; onDone: (answer: SignedIn) => void; onOver: (sentence?: string) => void }

function CodeForm({ pending, onDone, onOver }: Step) {
  const [backup, setBackup] = useState(false)
  const [code, setCode] = useState('')
  const prove = useMutation({
    mutationFn: (code: string) => api.post<SignedIn>('/auth/mfa', { mfa_token: pending.mfa_token, code: code.trim() }),
    onSuccess: onDone,
    onError: (error) => {
      if (error instanceof ApiError && error.status === 401) onOver(OVER)
    },
  })
  const wait = useThrottle(prove.error)
  const type = (text: string) => {
    setCode(text)
    const digits = text.replace(/\s/g, '')
    if (!backup && DIGITS.test(digits) && !prove.isPending && wait === 0) prove.mutate(digits)
  }
  const change = () => {
    setBackup(!backup)
    setCode('')
    prove.reset()
  }
  const wrong = codeError(prove.error)
  return (
    <Form error={prove.error} onSubmit={() => prove.mutate(code)} className="space-y-4">
      <Field
        key={backup ? 'backup' : 'code'}
        name="code"
        label={backup ? 'Backup code' : 'Code'}
        error={wrong}
        hint={
          backup
            ? 'One of the codes you kept when you set this up. Each is good once.'
            : 'Six digits from your authenticator app, checked as soon as they are all there.'
        }
      >
        <Input
          mono
          autoFocus
          autoComplete={backup ? 'off' : 'one-time-code'}
          inputMode={backup ? 'text' : 'numeric'}
          spellCheck={false}
          autoCapitalize="off"
          maxLength={32}
          value={code}
          onValueChange={type}
        />
      </Field>
      {isThrottled(prove.error) ? <Throttled wait={wait} /> : !wrong && <FormError error={prove.error} />}
      <Button
        type="submit"
        variant="primary"
        busy={prove.isPending}
        disabled={!code.trim() || wait > 0}
        className="w-full"
      >
        Continue
      </Button>
      {pending.methods.includes('backup_code') && (
        <button type="button" onClick={change} className="text-sm font-medium text-accent hover:underline coarse:py-2">
          {backup ? 'Use the authenticator app' : 'Use a backup code'}
        </button>
      )}
    </Form>
  )
}

function PasskeyStep({ pending, onDone, onOver, primary }: Step & { primary: boolean }) {
  const prove = useMutation({
    mutationFn: () => proveWithPasskey(pending.mfa_token),
    onSuccess: onDone,
    onError: (error) => {
      if (error instanceof ApiError && error.status === 401) onOver(OVER)
    },
  })
  return (
    <div className="space-y-3">
      <Button
        variant={primary ? 'primary' : 'secondary'}
        autoFocus={primary}
        busy={prove.isPending}
        onClick={() => prove.mutate()}
        className="w-full"
      >
        <KeyRound />
        Use a passkey
      </Button>
      <FormError error={prove.error} />
    </div>
  )
}

/** After the password: something that only its owner has. */
export function SecondFactor(step: Step) {
  const { methods } = step.pending
  const codes = methods.includes('totp') || methods.includes('backup_code')
  const passkey = methods.includes('passkey')
  const usable = passkey && canUsePasskeys()
  return (
    <Frame title="One more step" lead="Show that it is you.">
      {codes && <CodeForm {...step} />}
      {codes && usable && <Or />}
      {usable && <PasskeyStep {...step} primary={!codes} />}
      {!codes && !usable && (
        <p className="text-sm text-muted">
          This account is protected by a passkey, and this browser cannot use one here. Open this page in a browser that
          holds it, over the address of this server that begins with https.
        </p>
      )}
      <p className="mt-6 text-sm text-muted">
        <button type="button" onClick={() => step.onOver()} className="font-medium text-accent hover:underline">
          Back to sign-in
        </button>
      </p>
    </Frame>
  )
}
