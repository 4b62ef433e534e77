import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { SettingsFrame } from '@/parts/settings-frame'
import { sentenceOfProblem } from '@/parts/sign-in-problems'
import { authConfigQuery, useCan, useMe } from '@/session'
import { Card } from '@/ui/card'
import { Notice } from '@/ui/field'
import { DeleteAccount } from './delete-account'
import { Grants } from './grants'
import { Identities } from './identities'
import { Passkeys } from './passkeys'
import { Password } from './password'
import { SecondStep } from './second-step'

/** How the way to another site and back ended, when an account was to be linked. */
function Outcome() {
  const { linked, problem } = useSearch({ from: '/app/settings/security' })
  const { data: config } = useQuery(authConfigQuery)
  if (problem) return <Notice>{sentenceOfProblem(problem)}</Notice>
  if (!linked) return null
  const name = config?.providers.find(({ slug }) => slug === linked)?.name
  return (
    <p role="status" className="rounded-sm border border-line bg-surface px-3 py-2 text-sm">
      {name
        ? `Your ${name} account is linked: it signs you in from now on.`
        : 'Single sign-on is linked to this account.'}
    </p>
  )
}

/** Signed in on the word of one workspace's identity provider: the account reaches further, and is not theirs to change. */
const Bound = ({ tenant }: { tenant: string }) => (
  <Card className="p-4">
    <h3 className="text-md">You are signed in through single sign-on</h3>
    <p className="mt-1 text-sm text-muted">
      How you sign in is the business of {tenant}'s identity provider. To change the password, passkeys or second factor
      of your own account here, sign in with it.
    </p>
  </Card>
)

/** Nobody knows yet whether the address is theirs: what they added now would outlast its true owner's new password. */
const Unconfirmed = () => (
  <Card className="p-4">
    <h3 className="text-md">Confirm your e-mail address first</h3>
    <p className="mt-1 text-sm text-muted">
      Then you can change how you sign in. The link is in your mail; you can have it sent again at the top of this page.
    </p>
  </Card>
)

const Own = () => (
  <>
    <Password />
    <SecondStep />
    <Passkeys />
    <Identities />
  </>
)

/** How one signs in, and who else gets in. */
export function Security() {
  const { tenant, email_verified } = useMe()
  const { data: config } = useQuery(authConfigQuery)
  const may = useCan('self:secure')
  const confirmed = email_verified || !config?.mail || config.registration !== 'open'
  return (
    <SettingsFrame title="Security" lead="How you sign in, and which programs may act for you.">
      <div className="space-y-4">
        <Outcome />
        {!may ? <Bound tenant={tenant.name} /> : confirmed ? <Own /> : <Unconfirmed />}
        <Grants />
        {may && confirmed && <DeleteAccount />}
      </div>
    </SettingsFrame>
  )
}
