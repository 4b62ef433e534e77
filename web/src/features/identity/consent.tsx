import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { Eye, Pencil } from 'lucide-react'
import { ApiError, api } from '@/api'
import { keys } from '@/keys'
import type { Consent as Asked } from '@/types'
import { Button, buttonClass } from '@/ui/button'
import { Card, Facts } from '@/ui/card'
import { FormError } from '@/ui/field'
import { ErrorState, Skeleton } from '@/ui/states'
import { Frame } from './frame'

const problems: Record<string, string> = {
  unknown_client: 'The program that sent you here is not known to this server. It may have been removed.',
  redirect_mismatch:
    'The program that sent you here wants you to return to an address that is not registered for it. Somebody may be trying to get at your data.',
}
const OVER = 'It was answered already, is older than ten minutes, or was asked of another account or workspace.'

const Stopped = ({ title, text }: { title: string; text: string }) => (
  <Frame title={title} lead={text}>
    <p className="mb-6 text-sm text-muted">Nothing was allowed. Close this page, or begin again in the program.</p>
    <Link to="/overview" className={buttonClass()}>
      Go to Xinex
    </Link>
  </Frame>
)

function Question({ request, asked }: { request: string; asked: Asked }) {
  const { client, scopes, tenant, user } = asked
  const decide = useMutation({
    mutationFn: (allow: boolean) => api.post<{ redirect_to: string }>(`/oauth/consent/${request}`, { allow }),
    onSuccess: ({ redirect_to }) => location.assign(redirect_to),
  })
  // The browser is on its way to the program: a second answer would be one too many.
  const busy = decide.isPending || decide.isSuccess
  return (
    <Frame title={`Allow ${client.name}?`} lead="This program asks to work in your name.">
      <Card>
        <h2 className="border-b border-line px-4 py-3 text-sm font-medium">It may</h2>
        <ul className="space-y-2.5 border-b border-line px-4 py-3.5 text-sm">
          {scopes.map(({ scope, title }) => (
            <li key={scope} className="flex gap-2.5">
              <span aria-hidden className="mt-0.5 text-subtle [&_svg]:size-4">
                {scope === 'write' ? <Pencil strokeWidth={1.75} /> : <Eye strokeWidth={1.75} />}
              </span>
              {title}
            </li>
          ))}
        </ul>
        <Facts
          facts={[
            ['Workspace', tenant.name],
            ['As', `${user.name}, ${user.email}`],
            [
              'Then you return to',
              <span key="host" className="font-mono text-xs break-all">
                {client.redirect_host}
              </span>,
            ],
          ]}
        />
      </Card>
      <p className="mt-4 text-sm text-muted">
        Allow it only if you have just begun this in a program you trust. You can take it back under Settings, Security.
      </p>
      <FormError error={decide.error} className="mt-4" />
      <div className="mt-5 grid grid-cols-2 gap-2.5">
        <Button busy={busy && decide.variables === false} disabled={busy} onClick={() => decide.mutate(false)}>
          Deny
        </Button>
        <Button
          variant="primary"
          busy={busy && decide.variables === true}
          disabled={busy}
          onClick={() => decide.mutate(true)}
        >
          Allow
        </Button>
      </div>
    </Frame>
  )
}

/** Another program asks for access, and the person who is signed in says yes or no. */
export function Consent() {
  const { request = '', problem } = useSearch({ from: '/consent' })
  const query = useQuery({
    queryKey: keys.consent(request),
    enabled: request !== '' && !problem,
    retry: false,
    // Asked once: coming back to the window must not take the question away while somebody reads it.
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => api.get<Asked>(`/oauth/consent/${encodeURIComponent(request)}`, {}, { signal }),
  })
  const { data, error } = query
  if (problem)
    return (
      <Stopped title="This cannot go on" text={problems[problem] ?? 'The program that sent you here asked wrongly.'} />
    )
  if (!request || (error instanceof ApiError && [404, 422].includes(error.status)))
    return <Stopped title="This request is over" text={OVER} />
  if (error) return <ErrorState error={error} retry={() => void query.refetch()} className="min-h-dvh" />
  if (!data)
    return (
      <Frame title="Allow access?">
        <Skeleton className="h-64" />
      </Frame>
    )
  return <Question request={request} asked={data} />
}
