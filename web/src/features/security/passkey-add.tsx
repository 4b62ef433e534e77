import { useState } from 'react'
import { api, setCsrf } from '@/api'
import { deviceOf } from '@/parts/device'
import { type Creating, createPasskey } from '@/parts/passkey'
import type { Passkey } from '@/types'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { toast } from '@/ui/toast'
import { useFactorsChanged } from './factors'
import { ProofDialog } from './proof-dialog'

/** A name to tell it apart, the password, and then the browser asks for finger, face or key. */
export function AddPasskey({ onClose }: { onClose: () => void }) {
  const changed = useFactorsChanged()
  const [name, setName] = useState(() => deviceOf(navigator.userAgent))
  return (
    <ProofDialog
      onClose={onClose}
      title="Add a passkey"
      description="Your device or a security key signs you in, without a password and without a code."
      action="Continue"
      known={['name']}
      ready={name.trim() !== ''}
      onConfirm={async (proof) => {
        const asked = await api.post<Creating>('/me/passkeys/options', proof)
        const response = await createPasskey(asked)
        const body = { flow: asked.flow, name: name.trim(), response }
        const { csrf_token } = await api.post<Passkey & { csrf_token: string }>('/me/passkeys', body)
        setCsrf(csrf_token)
        await changed()
        toast('Passkey added')
        onClose()
      }}
    >
      {(errors) => (
        <Field name="name" label="Name" error={errors.name} hint="To tell it apart from your others.">
          <Input autoFocus autoComplete="off" maxLength={100} value={name} onValueChange={setName} />
        </Field>
      )}
    </ProofDialog>
  )
}
