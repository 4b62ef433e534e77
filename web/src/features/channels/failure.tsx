import type { Channel } from '@/types'
import { cx } from '@/ui/cx'
import { Notice } from '@/ui/field'
import { sentence } from '@/ui/format'
import { Ago } from '@/ui/time'

type Props = { provider: string; failure: NonNullable<Channel['failure']>; className?: string }
/** Why the engine leaves this channel out. */
export const Failure = ({ provider, failure, className }: Props) => (
  <Notice className={cx(className)}>
    <span className="font-medium">
      {provider} refused it <Ago at={failure.since} />:
    </span>{' '}
    {sentence(failure.error)} Nothing more is sent here until it is saved anew or a test from the list succeeds.
  </Notice>
)
