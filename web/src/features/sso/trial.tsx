import { useMutation, useQuery } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import { useEffect } from 'react'
import { api } from '@/api'
import type { SsoTest } from '@/types'
import { Button } from '@/ui/button'
import { Card, CardHead, Facts } from '@/ui/card'
import { FormError, Notice } from '@/ui/field'
import { sentence, words } from '@/ui/format'
import { Glyph } from '@/ui/status'
import { Ago } from '@/ui/time'
import { testQuery } from './queries'

const factsOf = ({ subject, email, attributes }: SsoTest) => [
  ...(subject ? [['Subject', subject] as const] : []),
  ...(email ? [['E-mail', email] as const] : []),
  ...Object.entries(attributes).map(([name, values]) => [name, values.join(', ')] as const),
]

/** What was asked of the answer, one after the other. */
const Checks = ({ checks }: Pick<SsoTest, 'checks'>) => (
  <ul className="mt-3 space-y-1.5">
    {checks.map(({ check, ok, message }) => (
      <li key={check} className="flex items-start gap-2 text-sm">
        <Glyph status={ok === null ? 'paused' : ok ? 'up' : 'down'} className="mt-0.5" />
        <span className="min-w-0 break-words">
          <span className="font-medium">{words(check)}</span>
          <span className="sr-only">{ok === null ? ', not asked' : ok ? ', in order' : ', wrong'}</span>
          {message && <span className="text-muted"> {sentence(message)}</span>}
        </span>
      </li>
    ))}
  </ul>
)

/** Goes to the identity provider and back without signing anybody in, and shows what it said. */
export function Trial({ ready }: { ready: boolean }) {
  const last = useQuery(testQuery)
  const { refetch } = last
  // The answer arrives in the tab that was opened for it.
  useEffect(() => {
    const look = () => document.visibilityState === 'visible' && void refetch()
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [refetch])
  const begin = useMutation({
    mutationFn: () => api.post<{ url: string }>('/sso/connection/test'),
    onSuccess: ({ url }) => window.location.assign(url),
  })
  const answer = last.data
  return (
    <Card>
      <CardHead title="Test this">
        <Button size="sm" busy={begin.isPending} disabled={!ready} onClick={() => begin.mutate()}>
          <ExternalLink />
          Try it
        </Button>
      </CardHead>
      <div className="space-y-3 p-4">
        <p className="text-sm text-muted">
          You sign in at your identity provider, come back here, and see what it said of you. Nobody is signed in by it,
          and it works before the connection is enabled.
        </p>
        <FormError error={begin.error} />
        {answer && (
          <div>
            <p className="mb-2 text-xs text-subtle">
              Last test <Ago at={answer.at} />
            </p>
            {answer.ok ? (
              <p className="text-sm text-up">{sentence(answer.message)}</p>
            ) : (
              <Notice>{sentence(answer.message)}</Notice>
            )}
            {answer.would && <p className="mt-2 text-sm">{sentence(answer.would)}</p>}
            <Checks checks={answer.checks} />
            <Facts facts={factsOf(answer)} />
          </div>
        )}
      </div>
    </Card>
  )
}
