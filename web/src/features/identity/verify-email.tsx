import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { MailCheck } from 'lucide-react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { Button, buttonClass } from '@/ui/button'
import { FormError } from '@/ui/field'
import { Frame } from './frame'

const ToApp = ({ children }: { children: string }) => (
  <Link to="/overview" className={buttonClass('primary')}>
    {children}
  </Link>
)

/**
 * Where the link in the mail leads. It confirms when the button is pressed and not by itself: scanners of mails open
 * links, scripts included, and would use up the token, or confirm an address whose owner never asked for an account.
 */
export function VerifyEmail() {
  const { token } = useSearch({ from: '/verify-email' })
  const client = useQueryClient()
  const verify = useMutation({
    mutationFn: () => api.post<{ email: string }>('/auth/verify-email', { token }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.me }),
  })
  if (verify.data)
    return (
      <Frame title="Address confirmed">
        <p role="status" className="mb-6 text-md text-muted">
          <span className="font-medium break-words text-fg">{verify.data.email}</span> is yours.
        </p>
        <ToApp>Continue</ToApp>
      </Frame>
    )
  if (!token || fieldsOf(verify.error).token)
    return (
      <Frame
        title="This link does not work"
        lead={
          token
            ? 'It was used already, is older than a day, or is for an address you have changed since.'
            : 'It is not complete. Open it from the mail again, or copy all of it.'
        }
      >
        <p className="mb-6 text-sm text-muted">Signed in, you can ask for another one at the top of every page.</p>
        <ToApp>Go to Xinex</ToApp>
      </Frame>
    )
  return (
    <Frame title="Confirm your e-mail address" lead="One press, and Xinex knows that its mails reach you.">
      <div className="space-y-4">
        <FormError error={verify.error} />
        <Button variant="primary" autoFocus busy={verify.isPending} onClick={() => verify.mutate()} className="w-full">
          <MailCheck />
          Confirm address
        </Button>
      </div>
    </Frame>
  )
}
