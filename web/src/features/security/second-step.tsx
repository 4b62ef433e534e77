import { FileKey, Smartphone } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import type { MfaState } from '@/types'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Field } from '@/ui/field'
import { plural } from '@/ui/format'
import { Input } from '@/ui/input'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { toast } from '@/ui/toast'
import { NewCodes } from './backup-codes'
import { useFactors, useFactorsChanged } from './factors'
import { ProofDialog } from './proof-dialog'
import { CardRow, On } from './row'
import { TotpSetup } from './totp-setup'

function RemoveTotp({ last, onClose }: { last: boolean; onClose: () => void }) {
  const changed = useFactorsChanged()
  const [code, setCode] = useState('')
  return (
    <ProofDialog
      danger
      onClose={onClose}
      title="Remove the authenticator app?"
      description={last ? 'Your password alone signs you in then; the backup codes go too.' : undefined}
      action="Remove app"
      known={['code']}
      ready={code.trim() !== ''}
      onConfirm={async (proof) => {
        await api.del('/me/mfa/totp', { body: { ...proof, code: code.trim() } })
        await changed()
        toast('The authenticator app is removed')
        onClose()
      }}
    >
      {({ code: error }) => (
        <Field name="code" label="Code" error={error} hint="Of the app, or a backup code.">
          <Input
            mono
            autoFocus
            autoComplete="one-time-code"
            spellCheck={false}
            maxLength={32}
            value={code}
            onValueChange={setCode}
          />
        </Field>
      )}
    </ProofDialog>
  )
}

function Rows({ state, onAct }: { state: MfaState; onAct: (act: 'set-up' | 'remove' | 'codes') => void }) {
  const { totp, passkeys, backup_codes_left: left } = state
  return (
    <div className="divide-y divide-line">
      <CardRow
        icon={<Smartphone strokeWidth={1.75} />}
        title={
          <>
            Authenticator app
            {totp && <On>On</On>}
          </>
        }
        action={
          totp ? (
            <Button size="sm" onClick={() => onAct('remove')} aria-label="Remove authenticator app">
              Remove
            </Button>
          ) : (
            <Button size="sm" onClick={() => onAct('set-up')} aria-label="Set up authenticator app">
              Set up
            </Button>
          )
        }
      >
        A code from your phone after the password.
      </CardRow>
      {(totp || passkeys > 0) && (
        <CardRow
          icon={<FileKey strokeWidth={1.75} />}
          title="Backup codes"
          action={
            <Button size="sm" onClick={() => onAct('codes')}>
              {left > 0 ? 'New codes' : 'Make codes'}
            </Button>
          }
        >
          {left === 0 ? (
            <span className="text-down">None left: without your device you could not sign in.</span>
          ) : (
            `${plural(left, 'code')} left, for the day you do not have your device.`
          )}
        </CardRow>
      )}
    </div>
  )
}

/** What is asked for after the password. */
export function SecondStep() {
  const factors = useFactors()
  const [act, setAct] = useState<'set-up' | 'remove' | 'codes' | null>(null)
  const close = () => setAct(null)
  const { data: state, error } = factors
  return (
    <Card>
      <CardHead title="Second step" hint={state?.required ? 'Everybody in this workspace needs one' : undefined} />
      {state ? (
        <Rows state={state} onAct={setAct} />
      ) : error ? (
        <ErrorState error={error} retry={() => void factors.refetch()} />
      ) : (
        <SkeletonRows rows={1} height="h-15" />
      )}
      {act === 'set-up' && <TotpSetup onClose={close} />}
      {act === 'remove' && <RemoveTotp last={state?.passkeys === 0} onClose={close} />}
      {act === 'codes' && <NewCodes onClose={close} />}
    </Card>
  )
}
