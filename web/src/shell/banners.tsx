import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleAlert, Mail } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiError, api, sentenceOf } from '@/api'
import { keys } from '@/keys'
import { useKeepAccount } from '@/parts/keep-account'
import { useThrottle } from '@/parts/throttle'
import { authConfigQuery, useCan, useMe } from '@/session'
import { Button } from '@/ui/button'
import { cx } from '@/ui/cx'
import { sentence } from '@/ui/format'
import { Day } from '@/ui/time'
import { toast } from '@/ui/toast'

/** A line above the page, about the whole account or workspace. */
const Banner = ({
  icon,
  grave,
  error,
  action,
  children,
}: {
  icon: ReactNode
  grave?: boolean
  error?: unknown
  action?: ReactNode
  children: ReactNode
}) => (
  <section
    aria-label="Notice"
    className={cx(
      'flex min-h-11 flex-wrap items-center gap-x-3 gap-y-2 border-b px-4 py-1.5 text-sm md:px-6 [&>svg]:size-4 [&>svg]:shrink-0',
      grave ? 'border-down-line bg-down-soft text-down' : 'border-line bg-sunken',
    )}
  >
    {icon}
    <div className="min-w-0 flex-1 basis-60">
      {children}
      {error ? (
        <span role="alert" className="text-down">
          {' '}
          {sentence(sentenceOf(error))}
        </span>
      ) : null}
    </div>
    {action}
  </section>
)

function Unverified() {
  const client = useQueryClient()
  const { email } = useMe()
  const resend = useMutation({
    mutationFn: () => api.post('/auth/verify-email/resend'),
    onSuccess: () => toast('The mail is on its way', { description: `Open the link in it to confirm ${email}.` }),
    onError: (error) => {
      // Confirmed in the meantime, in another window.
      if (error instanceof ApiError && error.status === 409) void client.invalidateQueries({ queryKey: keys.me })
    },
  })
  const wait = useThrottle(resend.error)
  return (
    <Banner
      icon={<Mail aria-hidden />}
      error={wait > 0 ? undefined : resend.error}
      action={
        <Button size="sm" busy={resend.isPending} disabled={wait > 0} onClick={() => resend.mutate()}>
          {wait > 0 ? `Send again in ${wait}s` : 'Send the mail again'}
        </Button>
      }
    >
      Confirm your e-mail address: a link was sent to <span className="font-medium break-words">{email}</span>.
    </Banner>
  )
}

function AccountGoes({ at }: { at: string }) {
  const may = useCan('self:secure')
  const keep = useKeepAccount()
  return (
    <Banner
      grave
      icon={<CircleAlert aria-hidden />}
      error={keep.error}
      action={
        may && (
          <Button size="sm" busy={keep.isPending} onClick={() => keep.mutate()}>
            Keep account
          </Button>
        )
      }
    >
      Your account is deleted on <Day at={at} />, with the workspaces nobody else is in.
    </Banner>
  )
}

function WorkspaceGoes({ name, at }: { name: string; at: string }) {
  const client = useQueryClient()
  const may = useCan('tenant:own')
  const keep = useMutation({
    mutationFn: () => api.post('/tenant/restore'),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.me })
      toast('The workspace stays')
    },
  })
  return (
    <Banner
      grave
      icon={<CircleAlert aria-hidden />}
      error={keep.error}
      action={
        may && (
          <Button size="sm" busy={keep.isPending} onClick={() => keep.mutate()}>
            Keep workspace
          </Button>
        )
      }
    >
      {name} is deleted on <Day at={at} />, with all that is in it.
    </Banner>
  )
}

/** What must not be overlooked on any page. */
export function Banners() {
  const { tenant, deletes_at, email_verified } = useMe()
  const { data: config } = useQuery(authConfigQuery)
  return (
    <>
      {deletes_at && <AccountGoes at={deletes_at} />}
      {tenant.deletes_at && tenant.deletes_at !== deletes_at && (
        <WorkspaceGoes name={tenant.name} at={tenant.deletes_at} />
      )}
      {config?.mail && !email_verified && <Unverified />}
    </>
  )
}
