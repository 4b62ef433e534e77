import { lazy, Suspense, useState } from 'react'
import { useMe } from '@/session'
import { Shell } from './shell'

const MfaNotice = lazy(() => import('@/features/security/mfa-notice'))

/** All of a workspace that asks for a second factor is closed until there is one; setting it up is offered instead. */
export function Gate() {
  const { mfa, session } = useMe()
  // While the backup codes are shown, the account counts as protected already.
  const [held, setHeld] = useState(false)
  const missing = mfa.required && session !== null && !session.mfa
  if (!missing && !held) return <Shell />
  return (
    <Suspense>
      <MfaNotice onHold={setHeld} />
    </Suspense>
  )
}
