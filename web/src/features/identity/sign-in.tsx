import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Building2, KeyRound } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { api } from '@/api'
import { canUsePasskeys, enterWithPasskey, usePasskeyAutofill } from '@/parts/passkey'
import { sentenceOfProblem } from '@/parts/sign-in-problems'
import { authConfigQuery, hasLeft, safeReturn } from '@/session'
import type { AuthConfig, Entered, SignedIn } from '@/types'
import { Button } from '@/ui/button'
import { FormError, Notice } from '@/ui/field'
import { useEnter } from './enter'
import { Frame } from './frame'
import { type HandedOver, handedOver } from './handed-over'
import { Or, ProviderLinks } from './other-ways'
import { PasswordForm } from './password-form'
import { type Pending, SecondFactor } from './second-factor'
import { SsoForm } from './sso-form'

/** A proxy in front of the server may have signed them in already: asked once, silently. */
function useProxy(enabled: boolean, onEntered: (answer: Entered) => void) {
  const asked = useRef(false)
  const entered = useRef(onEntered)
  entered.current = onEntered
  useEffect(() => {
    if (!enabled || asked.current || hasLeft()) return
    asked.current = true
    api
      .post<Entered>('/auth/proxy', {})
      .then((answer) => entered.current(answer))
      .catch(() => {})
  }, [enabled])
}

function PasskeyButton({ onEntered }: { onEntered: (answer: SignedIn) => void }) {
  const enter = useMutation({ mutationFn: enterWithPasskey, onSuccess: onEntered })
  return (
    <>
      <Button busy={enter.isPending} onClick={() => enter.mutate()} className="w-full">
        <KeyRound />
        Sign in with a passkey
      </Button>
      <FormError error={enter.error} />
    </>
  )
}

function Foot({ config }: { config?: AuthConfig }) {
  if (!config) return null
  return (
    <div className="mt-6 space-y-2 text-sm text-muted">
      {config.registration === 'open' && (
        <p>
          No account yet?{' '}
          <Link to="/register" className="font-medium text-accent hover:underline">
            Create one
          </Link>
        </p>
      )}
      {!config.mail && (
        <p>
          Forgot your password? This server sends no mail. Whoever runs it can set a new one with{' '}
          <code className="font-mono text-xs text-fg">xinex admin reset-password</code>.
        </p>
      )}
    </div>
  )
}

type WaysProps = { config: AuthConfig; return_to: string; onSso: () => void; onEntered: (answer: SignedIn) => void }
function OtherWays({ config, return_to, onSso, onEntered }: WaysProps) {
  const passkeys = config.passkeys && canUsePasskeys()
  if (!passkeys && !config.sso && config.providers.length === 0) return null
  return (
    <>
      <Or />
      <div className="space-y-2.5">
        {passkeys && <PasskeyButton onEntered={onEntered} />}
        {config.sso && (
          <Button onClick={onSso} className="w-full">
            <Building2 />
            Single sign-on
          </Button>
        )}
        <ProviderLinks providers={config.providers} return_to={return_to} />
      </div>
    </>
  )
}

/** The second factor that a way through another site still asks for, taken out of the address at once. */
function useHandedOver(): HandedOver | undefined {
  const navigate = useNavigate()
  const { return_to } = useSearch({ from: '/sign-in' })
  const [handed] = useState(() => handedOver(location.hash))
  useEffect(() => {
    if (handed)
      void navigate({ to: '/sign-in', search: { return_to: return_to ?? handed.return_to }, hash: '', replace: true })
  }, [handed, return_to, navigate])
  return handed
}

/** Every way in: a password, a passkey, somebody else who knows them; then the second factor, where there is one. */
export function SignIn() {
  const { return_to: asked, problem } = useSearch({ from: '/sign-in' })
  const { data: config } = useQuery(authConfigQuery)
  const handed = useHandedOver()
  const [pending, setPending] = useState<Pending | undefined>(handed)
  const [over, setOver] = useState<string>()
  const [email, setEmail] = useState('')
  const [sso, setSso] = useState(false)
  const enter = useEnter()
  const return_to = asked ?? handed?.return_to
  const done = (answer: SignedIn) => enter(answer, return_to)
  const entered = (answer: Entered) => ('mfa_required' in answer ? setPending(answer) : done(answer))
  const open = config !== undefined && !pending && !sso
  useProxy(open && config.proxy && !problem, entered)
  usePasskeyAutofill(open && config.passkeys && canUsePasskeys(), done)
  if (pending)
    return (
      <SecondFactor
        pending={pending}
        onDone={done}
        onOver={(sentence) => {
          setPending(undefined)
          setOver(sentence)
        }}
      />
    )
  const path = safeReturn(return_to)
  if (sso) return <SsoForm email={email} return_to={path} onBack={() => setSso(false)} />
  const said: ReactNode = over ?? (problem && sentenceOfProblem(problem))
  return (
    <Frame title="Sign in">
      {said && <Notice className="mb-5">{said}</Notice>}
      <PasswordForm config={config} email={email} onEmail={setEmail} onEntered={entered} />
      {config && <OtherWays config={config} return_to={path} onSso={() => setSso(true)} onEntered={done} />}
      <Foot config={config} />
    </Frame>
  )
}
