import type { Policy } from '@/features/on-call/types'
import { draftOf } from './draft'
import { PreviewCard } from './preview-card'

/** For those who may look and not change. */
export const ReadOnly = ({ policy }: { policy: Policy }) => (
  <div className="max-w-2xl space-y-4">
    {policy.description && <p className="text-sm text-muted">{policy.description}</p>}
    <PreviewCard draft={draftOf(policy)} />
  </div>
)
