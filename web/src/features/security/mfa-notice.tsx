import { useQuery } from '@tanstack/react-query'
import { KeyRound, Smartphone } from 'lucide-react'
import { useState } from 'react'
import { canUsePasskeys } from '@/parts/passkey'
import { authConfigQuery, useMe } from '@/session'
import { Logo } from '@/shell/logo'
import { useTitle } from '@/shell/title'
import { useSignOut } from '@/shell/user-menu'
import { WorkspaceMenu } from '@/shell/workspace-menu'
import { Button } from '@/ui/button'
import { AddPasskey } from './passkey-add'
import { TotpSetup } from './totp-setup'

/** What a workspace that asks for a second factor shows in place of everything. `onHold` keeps it while codes are read. */
export default function MfaNotice({ onHold }: { onHold: (held: boolean) => void }) {
  const [act, setAct] = useState<'totp' | 'passkey' | null>(null)
  const choose = (next: typeof act) => {
    setAct(next)
    onHold(next !== null)
  }
  const { tenant, mfa, name } = useMe()
  const { data: config } = useQuery(authConfigQuery)
  const leave = useSignOut()
  const close = () => choose(null)
  useTitle('Second factor needed')
  const passkeys = config?.passkeys && canUsePasskeys()
  return (
    <main className="flex min-h-dvh flex-col items-center px-4 py-10 md:py-[12dvh]">
      <div className="w-full max-w-sm">
        <div className="mb-8 flex items-center gap-2.5">
          <Logo size={28} />
          <span className="text-lg font-semibold">Xinex</span>
        </div>
        <h1 className="text-2xl tracking-tight">{tenant.name} asks for a second factor</h1>
        {mfa.enabled ? (
          <p className="mt-1.5 text-md text-muted">You have one: sign in again and use it.</p>
        ) : (
          <>
            <p className="mt-1.5 text-md text-muted">
              Everybody here proves with something they have that it is them. Setting it up takes a minute.
            </p>
            <div className="mt-6 space-y-2.5">
              <Button variant="primary" onClick={() => choose('totp')} className="w-full">
                <Smartphone />
                Set up an authenticator app
              </Button>
              {passkeys && (
                <Button onClick={() => choose('passkey')} className="w-full">
                  <KeyRound />
                  Add a passkey
                </Button>
              )}
            </div>
          </>
        )}
        <div className="mt-8 flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line pt-4 text-sm text-muted">
          <span className="min-w-0 flex-1 truncate">Signed in as {name}</span>
          <WorkspaceMenu plain={<span />} trigger={<Button size="sm">Other workspace</Button>} />
          <Button size="sm" onClick={() => void leave()}>
            Sign out
          </Button>
        </div>
      </div>
      {act === 'totp' && <TotpSetup onClose={close} />}
      {act === 'passkey' && <AddPasskey onClose={close} />}
    </main>
  )
}
