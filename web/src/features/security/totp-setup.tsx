import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, setCsrf } from '@/api'
import { Copyable } from '@/parts/copyable'
import { isThrottled, Throttled, useThrottle } from '@/parts/throttle'
import { Button } from '@/ui/button'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { toast } from '@/ui/toast'
import { codesStep } from './backup-codes'
import { useFactorsChanged } from './factors'
import { fieldsIn, type Step, StepDialog, useProofStep } from './proof-dialog'
import { QrCode } from './qr'

type Begun = { secret: string; otpauth_url: string }
type Confirmed = { backup_codes: string[]; csrf_token: string }

/** In groups of four, as apps show it: it may have to be typed. */
const grouped = (secret: string) => secret.match(/.{1,4}/g)?.join(' ') ?? secret

type Confirming = { begun: Begun | undefined; onClose: () => void; onDone: (codes: string[]) => void }
/** The picture, and the first code that shows that the app has read it. */
function useConfirmStep({ begun, onClose, onDone }: Confirming): Step | undefined {
  const [code, setCode] = useState('')
  const confirm = useMutation({
    mutationFn: () => api.post<Confirmed>('/me/mfa/totp/confirm', { code: code.replace(/\s/g, '') }),
    onSuccess: ({ backup_codes, csrf_token }) => {
      setCsrf(csrf_token)
      onDone(backup_codes)
    },
  })
  const { error } = confirm
  const wait = useThrottle(error)
  const wrong = fieldsIn(error).code
  if (!begun) return undefined
  return {
    title: 'Set up your authenticator app',
    description: 'Scan the picture with the app, then type the code that it shows.',
    footer: (
      <>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          variant="primary"
          type="submit"
          form="totp-confirm"
          busy={confirm.isPending}
          disabled={!code.trim() || wait > 0}
        >
          Turn on
        </Button>
      </>
    ),
    body: (
      <Form id="totp-confirm" error={error} onSubmit={() => confirm.mutate()} className="space-y-4">
        <QrCode text={begun.otpauth_url} label="QR code for your authenticator app; the key below says the same" />
        <Copyable label="Key, to type instead" value={grouped(begun.secret)} />
        <Field name="code" label="Code from the app" error={wrong}>
          <Input
            mono
            autoFocus
            autoComplete="one-time-code"
            inputMode="numeric"
            maxLength={12}
            placeholder="123 456"
            value={code}
            onValueChange={setCode}
          />
        </Field>
        {isThrottled(error) ? <Throttled wait={wait} /> : !wrong && <FormError error={error} />}
      </Form>
    ),
  }
}

/** Password, picture and code, then the backup codes; what it changes is read again when it closes. */
export function TotpSetup({ onClose }: { onClose: () => void }) {
  const changed = useFactorsChanged()
  const [begun, setBegun] = useState<Begun>()
  const [codes, setCodes] = useState<string[]>()
  const done = () => {
    toast('The authenticator app is set up')
    void changed()
    onClose()
  }
  const confirm = useConfirmStep({ begun, onClose, onDone: (made) => (made.length > 0 ? setCodes(made) : done()) })
  const proof = useProofStep({
    onClose,
    title: 'Set up an authenticator app',
    description:
      'An app on your phone shows a new code every 30 seconds. You need one whenever you sign in with your password.',
    action: 'Continue',
    onConfirm: async (proof) => setBegun(await api.post<Begun>('/me/mfa/totp', proof)),
  })
  if (codes) return <StepDialog step={codesStep(codes, done)} onClose={done} />
  return <StepDialog step={confirm ?? proof} onClose={onClose} />
}
