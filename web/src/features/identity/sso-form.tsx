import { useState } from 'react'
import { Button } from '@/ui/button'
import { Field, Form } from '@/ui/field'
import { Input } from '@/ui/input'
import { Frame } from './frame'

/** Which identity provider it is follows from the address; the server sends the browser there. */
export function SsoForm({ email: typed, return_to, onBack }: { email: string; return_to: string; onBack: () => void }) {
  const [email, setEmail] = useState(typed)
  const go = () =>
    location.assign(`/api/v1/sso/login?${new URLSearchParams({ email: email.trim(), return_to }).toString()}`)
  return (
    <Frame title="Single sign-on" lead="You sign in where you do it for your other work.">
      <Form onSubmit={go} className="space-y-4">
        <Field name="email" label="Work e-mail">
          <Input type="email" autoComplete="email" autoFocus required value={email} onValueChange={setEmail} />
        </Field>
        <Button type="submit" variant="primary" disabled={!email.includes('@')} className="w-full">
          Continue
        </Button>
      </Form>
      <p className="mt-6 text-sm text-muted">
        <button type="button" onClick={onBack} className="font-medium text-accent hover:underline">
          Back to sign-in
        </button>
      </p>
    </Frame>
  )
}
