import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { ApiError } from '@/api'
import { meQuery } from '@/session'
import { Logo } from '@/shell/logo'
import { useTitle } from '@/shell/title'
import { buttonClass } from '@/ui/button'
import { ErrorState, Skeleton } from '@/ui/states'
import { Frame } from './frame'
import { Account, Welcome } from './setup-account'
import { WhoGetsTold } from './setup-channel'
import { Done } from './setup-done'
import { FirstMonitor } from './setup-monitor'
import { firstChannelQuery, firstMonitorQuery, neededQuery } from './setup-queries'
import { type Step, Steps, steps } from './steps'

function AlreadyDone() {
  return (
    <Frame title="This server is set up" lead="Sign in to go on. The set-up link worked once and is used up.">
      <Link to="/sign-in" search={{ return_to: '/setup' }} className={buttonClass('primary')}>
        Go to sign-in
      </Link>
    </Frame>
  )
}

function Wizard({ step, go, token }: { step: Step; go: (step: Step) => void; token?: string }) {
  const heading = useRef<HTMLDivElement>(null)
  useTitle(`Set up: ${steps.find(([name]) => name === step)?.[1]}`)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new step is a new page for somebody who listens.
  useEffect(() => heading.current?.focus(), [step])
  return (
    <main className="mx-auto min-h-dvh w-full max-w-4xl px-4 py-8 md:px-8 md:py-[9dvh]">
      <div className="grid gap-x-14 gap-y-6 md:grid-cols-[180px_minmax(0,1fr)]">
        <div className="flex items-center justify-between md:block">
          <div className="flex items-center gap-2.5 md:mb-10">
            <Logo size={28} />
            <span className="text-lg font-semibold">Xinex</span>
          </div>
          <Steps current={step} />
        </div>
        <div ref={heading} tabIndex={-1} className="min-w-0 max-w-xl outline-none">
          {step === 'welcome' && <Welcome token={token} onNext={() => go('account')} />}
          {step === 'account' && <Account token={token ?? ''} onDone={() => go('monitor')} />}
          {step === 'monitor' && <FirstMonitor onDone={() => go('channel')} />}
          {step === 'channel' && <WhoGetsTold onDone={() => go('done')} />}
          {step === 'done' && <Done />}
        </div>
      </div>
    </main>
  )
}

/** Where somebody stands who comes back later: at the first thing that is still missing. */
function useMissing(signedIn: boolean): Step | undefined {
  const monitors = useQuery({ ...firstMonitorQuery, enabled: signedIn })
  const channels = useQuery({ ...firstChannelQuery, enabled: signedIn })
  if (!monitors.data || !channels.data) return
  return monitors.data.total === 0 ? 'monitor' : channels.data.total === 0 ? 'channel' : 'done'
}

/** The first minutes with a new server. Every step saves, so it can be left and come back to. */
export function Setup() {
  const { token, step: asked } = useSearch({ from: '/setup' })
  const navigate = useNavigate({ from: '/setup' })
  const needed = useQuery(neededQuery)
  const me = useQuery({ ...meQuery, enabled: needed.data?.needed === false, retry: false })
  const missing = useMissing(me.data !== undefined)
  const go = (step: Step) =>
    navigate({ search: { step, ...(step === 'account' && { token }) }, replace: step === 'monitor' })

  if (needed.error) return <ErrorState error={needed.error} retry={() => void needed.refetch()} className="min-h-dvh" />
  if (needed.data?.needed) {
    const step = asked === 'account' && token ? 'account' : 'welcome'
    return <Wizard step={step} go={go} token={token} />
  }
  if (me.error instanceof ApiError && me.error.status === 401) return <AlreadyDone />
  if (me.error) return <ErrorState error={me.error} retry={() => void me.refetch()} className="min-h-dvh" />
  const later = steps.slice(2).find(([step]) => step === asked)?.[0]
  const step = later ?? missing
  if (!me.data || !step)
    return (
      <Frame title="Set up">
        <Skeleton className="h-40" />
      </Frame>
    )
  return <Wizard step={step} go={go} />
}
