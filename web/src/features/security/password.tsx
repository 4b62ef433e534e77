import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, fieldsOf, setCsrf } from '@/api'
import { keys } from '@/keys'
import { FormCard } from '@/parts/form-card'
import { ProofError, ProofField, useProof } from '@/parts/proof'
import { useThrottle } from '@/parts/throttle'
import type { Me } from '@/types'
import { Field } from '@/ui/field'
import { PasswordInput } from '@/ui/input'
import { toast } from '@/ui/toast'

/** Changes the password, or gives a first one to somebody who signs in through others. */
export function Password() {
  const client = useQueryClient()
  const proof = useProof()
  const [new_password, setNew] = useState('')
  const save = useMutation({
    mutationFn: () => api.put<Me>('/me', { ...proof.body, new_password }),
    onSuccess: async (me) => {
      toast(proof.needed ? 'Password changed' : 'Password set', { description: 'Other sessions are signed out.' })
      client.setQueryData(keys.me, me)
      setCsrf(me.csrf_token)
      proof.setPassword('')
      setNew('')
      await client.invalidateQueries({ queryKey: keys.sessions })
    },
  })
  const wait = useThrottle(save.error)
  return (
    <FormCard
      title="Password"
      error={save.error}
      known={['current_password', 'new_password']}
      problem={<ProofError proof={proof} error={save.error} known={['new_password']} />}
      action={proof.needed ? 'Change password' : 'Set a password'}
      busy={save.isPending}
      disabled={!proof.ready || !new_password || wait > 0}
      onSubmit={() => save.mutate()}
    >
      {!proof.needed && (
        <p className="text-sm text-muted">
          You have none: you sign in with a passkey or through somebody else. With one you can also get in without them.
        </p>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <ProofField proof={proof} error={save.error} label="Current password" />
        <Field
          name="new_password"
          label="New password"
          error={fieldsOf(save.error).new_password}
          hint="At least 10 characters."
        >
          <PasswordInput autoComplete="new-password" value={new_password} onValueChange={setNew} />
        </Field>
      </div>
    </FormCard>
  )
}
