import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { ListOrdered, Plus } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { findingsQuery, policiesQuery } from '@/features/on-call/queries'
import { OnCallFrame } from '@/features/on-call/tabs'
import type { Finding, Policy } from '@/features/on-call/types'
import { keys } from '@/keys'
import { EditMenu } from '@/parts/edit-menu'
import { useCan } from '@/session'
import { useShortcuts } from '@/shell/shortcuts'
import { Tag } from '@/ui/bits'
import { buttonClass } from '@/ui/button'
import { ConfirmDialog } from '@/ui/dialog'
import { EmptyState, ErrorState, SkeletonRows } from '@/ui/states'
import { toast } from '@/ui/toast'
import { FindingLine } from './finding-line'
import { useTargets } from './resolve'
import { policyWords } from './words'

const NewLink = ({ first }: { first?: boolean }) => (
  <Link to="/on-call/policies/new" className={buttonClass('primary')}>
    <Plus />
    {first ? 'Add the first policy' : 'New policy'}
  </Link>
)

function PolicyRow({
  policy,
  findings,
  onDelete,
}: {
  policy: Policy
  findings: readonly Finding[]
  onDelete: (() => void) | null
}) {
  const { resolve } = useTargets()
  const { id, name, is_default } = policy
  return (
    <li className="relative flex items-start gap-3 px-4 py-3 focus-within:bg-hover hover:bg-hover">
      <ListOrdered aria-hidden className="mt-0.5 size-4 shrink-0 text-subtle" strokeWidth={1.75} />
      <div className="min-w-0 flex-1 space-y-1">
        <p className="flex items-center gap-2">
          <Link
            to="/on-call/policies/$id"
            params={{ id }}
            className="truncate text-md font-medium after:absolute after:inset-0 md:text-sm"
          >
            {name}
          </Link>
          {is_default && <Tag title="For every incident that no routing rule claims">Default</Tag>}
        </p>
        <p className="text-xs text-muted">{policyWords(policy, resolve)}</p>
        {findings.map((finding) => (
          <FindingLine key={`${finding.code} ${finding.message}`} finding={finding} />
        ))}
      </div>
      {onDelete && (
        <div className="relative z-10">
          <EditMenu name={name} to={<Link to="/on-call/policies/$id" params={{ id }} />} onDelete={onDelete} />
        </div>
      )}
    </li>
  )
}

const First = ({ mayWrite }: { mayWrite: boolean }) => (
  <EmptyState icon={<ListOrdered />} title="No escalation policies yet" action={mayWrite && <NewLink first />}>
    A policy says who is called first, who is called when nobody answers, and when it begins anew. Without one,
    incidents go to the default channels.
  </EmptyState>
)

export function PolicyList() {
  const { data, error, refetch } = useQuery(policiesQuery)
  const { data: findings = [] } = useQuery(findingsQuery)
  const mayWrite = useCan('on_call:write')
  const navigate = useNavigate()
  const client = useQueryClient()
  const [deleting, setDeleting] = useState<Policy | null>(null)
  const remove = useMutation({
    mutationFn: ({ id }: Policy) => api.del(`/escalation-policies/${id}`),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.allOnCall }),
  })
  useShortcuts({ ...(mayWrite && { n: () => void navigate({ to: '/on-call/policies/new' }) }) })
  const none = data?.items.length === 0
  return (
    <OnCallFrame title="Escalation" actions={mayWrite && !none && <NewLink />}>
      {none ? (
        <First mayWrite={mayWrite} />
      ) : (
        <div className="-mx-4 border-y border-line bg-surface md:mx-0 md:rounded-lg md:border-x">
          {data ? (
            <ul aria-label="Escalation policies" className="divide-y divide-line">
              {data.items.map((policy) => (
                <PolicyRow
                  key={policy.id}
                  policy={policy}
                  findings={findings.filter(({ subject }) => subject.id === policy.id)}
                  onDelete={mayWrite ? () => setDeleting(policy) : null}
                />
              ))}
            </ul>
          ) : error ? (
            <ErrorState error={error} retry={refetch} title="The policies could not be loaded" />
          ) : (
            <SkeletonRows rows={4} />
          )}
        </div>
      )}
      <ConfirmDialog
        open={deleting !== null}
        onClose={() => setDeleting(null)}
        title={`Delete “${deleting?.name}”?`}
        effect="Alerts that go on already keep its steps; new ones cannot follow it any more."
        action="Delete policy"
        onConfirm={async () => {
          if (!deleting) return
          await remove.mutateAsync(deleting)
          toast(`${deleting.name} is deleted`)
        }}
      />
    </OnCallFrame>
  )
}
