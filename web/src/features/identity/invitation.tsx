import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { ApiError, api } from '@/api'
import { keys } from '@/keys'
import { roleName } from '@/parts/roles'
import { meQuery, signOut } from '@/session'
import type { InvitationFacts, Me, SignedIn } from '@/types'
import { Button, buttonClass } from '@/ui/button'
import { FormError } from '@/ui/field'
import { ErrorState, Skeleton } from '@/ui/states'
import { useEnter } from './enter'
import { Frame } from './frame'

const Dead = () => (
  <Frame title="This invitation does not work" lead="It was used already, was withdrawn, or has run out.">
    <p className="mb-6 text-sm text-muted">Ask the person who invited you for a new one.</p>
    <Link to="/overview" className={buttonClass()}>
      Go to Xinex
    </Link>
  </Frame>
)

function Accept({ token, tenant }: { token: string; tenant: string }) {
  const enter = useEnter()
  const accept = useMutation({
    mutationFn: () => api.post<SignedIn>('/invitations/accept', { token }),
    onSuccess: (answer) => enter(answer),
  })
  return (
    <div className="space-y-4">
      <FormError error={accept.error} />
      <Button variant="primary" autoFocus busy={accept.isPending} onClick={() => accept.mutate()} className="w-full">
        Join {tenant}
      </Button>
    </div>
  )
}

/** The browser is somebody else's, or their other account's. */
function Stranger({ me, email }: { me: Me; email: string }) {
  // Loaded anew: everything this page has read, it read as the other person.
  const leave = useMutation({ mutationFn: signOut, onSuccess: () => location.reload() })
  return (
    <div className="space-y-4">
      <p className="text-sm text-muted">
        It is for <span className="font-medium break-words text-fg">{email}</span>, and you are signed in as{' '}
        <span className="font-medium break-words text-fg">{me.email}</span>.
      </p>
      <FormError error={leave.error} />
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" busy={leave.isPending} onClick={() => leave.mutate()}>
          Sign out and continue
        </Button>
        <Link to="/overview" className={buttonClass()}>
          Stay signed in
        </Link>
      </div>
    </div>
  )
}

function Outside({ token, facts: { email, has_account } }: { token: string; facts: InvitationFacts }) {
  return (
    <div className="space-y-4">
      <p className="text-sm text-muted">
        The invitation is for <span className="font-medium break-words text-fg">{email}</span>
        {has_account ? ', which has an account here.' : '.'}
      </p>
      {has_account ? (
        <Link
          to="/sign-in"
          search={{ return_to: `/invitation?token=${encodeURIComponent(token)}` }}
          className={buttonClass('primary', 'md', 'w-full')}
        >
          Sign in to accept
        </Link>
      ) : (
        <Link to="/register" search={{ invitation: token, email }} className={buttonClass('primary', 'md', 'w-full')}>
          Create your account
        </Link>
      )}
    </div>
  )
}

/** Where an invitation leads: whoever has that address joins, with the account they have or a new one. */
export function Invitation() {
  const { token = '' } = useSearch({ from: '/invitation' })
  const me = useQuery({ ...meQuery, retry: false })
  const invitation = useQuery({
    queryKey: keys.invitation(token),
    enabled: token !== '',
    retry: false,
    queryFn: ({ signal }) => api.get<InvitationFacts>('/auth/invitation', { token }, { signal }),
  })
  const { data: facts, error } = invitation
  if (!token || (error instanceof ApiError && [404, 422].includes(error.status))) return <Dead />
  if (error) return <ErrorState error={error} retry={() => void invitation.refetch()} className="min-h-dvh" />
  if (!facts || me.isPending)
    return (
      <Frame title="Invitation">
        <Skeleton className="h-40" />
      </Frame>
    )
  const { tenant, inviter, email, role } = facts
  return (
    <Frame
      title={`Join ${tenant.name}`}
      lead={`${inviter} invites you to work there as ${roleName[role].toLowerCase()}.`}
    >
      {!me.data ? (
        <Outside token={token} facts={facts} />
      ) : me.data.email === email ? (
        <Accept token={token} tenant={tenant.name} />
      ) : (
        <Stranger me={me.data} email={email} />
      )}
    </Frame>
  )
}
