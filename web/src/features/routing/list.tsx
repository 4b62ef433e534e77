import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { GitBranch, Plus } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { api } from '@/api'
import { FindingLine } from '@/features/escalation/finding-line'
import { findingsQuery, policiesQuery, rulesQuery } from '@/features/on-call/queries'
import { Reorder } from '@/features/on-call/reorder'
import { OnCallFrame } from '@/features/on-call/tabs'
import type { Finding, Rule } from '@/features/on-call/types'
import { keys } from '@/keys'
import { EditMenu } from '@/parts/edit-menu'
import { useCan } from '@/session'
import { useShortcuts } from '@/shell/shortcuts'
import type { Page } from '@/types'
import { Tag } from '@/ui/bits'
import { buttonClass } from '@/ui/button'
import { ConfirmDialog } from '@/ui/dialog'
import { FormError } from '@/ui/field'
import { EmptyState, ErrorState, SkeletonRows } from '@/ui/states'
import { toast } from '@/ui/toast'
import { RuleWords } from './rule-words'

const NewLink = ({ first }: { first?: boolean }) => (
  <Link to="/on-call/rules/new" className={buttonClass('primary')}>
    <Plus />
    {first ? 'Add the first rule' : 'New rule'}
  </Link>
)

/** What happens with an incident that no rule claims. */
function Otherwise() {
  const { data } = useQuery(policiesQuery)
  const standard = data?.items.find(({ is_default }) => is_default)
  return (
    <p className="border-t border-line px-4 py-3 text-sm text-muted">
      {'No rule matches: '}
      {standard ? (
        <>
          {'the default policy '}
          <Link to="/on-call/policies/$id" params={{ id: standard.id }} className="text-accent underline">
            {standard.name}
          </Link>
          {' is followed.'}
        </>
      ) : (
        'the default channels are told.'
      )}
    </p>
  )
}

type RowProps = {
  rule: Rule
  index: number
  handle: ReactNode
  findings: readonly Finding[]
  onDelete: (() => void) | null
}
const RuleRow = ({ rule, index, handle, findings, onDelete }: RowProps) => (
  <div className="relative flex items-start gap-2 border-t border-line px-3 py-3 focus-within:bg-hover hover:bg-hover">
    <div className="relative z-10 -mt-0.5">{handle}</div>
    <span className="w-5 shrink-0 text-center text-sm text-subtle tabular-nums">{index + 1}</span>
    <div className="min-w-0 flex-1 space-y-0.5">
      <p className="flex items-center gap-2">
        <Link
          to="/on-call/rules/$id"
          params={{ id: rule.id }}
          className="truncate text-md font-medium after:absolute after:inset-0 md:text-sm"
        >
          {rule.name}
        </Link>
        {!rule.enabled && <Tag>Off</Tag>}
        {rule.actions.continue && <Tag title="Later rules are looked at too">Goes on</Tag>}
      </p>
      <RuleWords rule={rule} />
      {findings.map((finding) => (
        <FindingLine key={`${finding.code} ${finding.message}`} finding={finding} />
      ))}
    </div>
    {onDelete && (
      <div className="relative z-10">
        <EditMenu name={rule.name} to={<Link to="/on-call/rules/$id" params={{ id: rule.id }} />} onDelete={onDelete} />
      </div>
    )}
  </div>
)

const ORDER = ['rules', 'order']
/** The order counts: it is shown at once and stored behind it. */
function useOrder() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (rules: Rule[]) => api.put('/alert-routing-rules/order', { ids: rules.map(({ id }) => id) }),
    onMutate: (rules) => client.setQueryData<Page<Rule>>(keys.rules, (before) => before && { ...before, items: rules }),
    // One after the other, and asked for again only after the last, or an earlier answer would undo a later move.
    mutationKey: ORDER,
    scope: { id: ORDER.join() },
    onSettled: () => {
      if (client.isMutating({ mutationKey: ORDER }) <= 1) void client.invalidateQueries({ queryKey: keys.allOnCall })
    },
  })
}

const First = ({ mayWrite }: { mayWrite: boolean }) => (
  <EmptyState icon={<GitBranch />} title="No routing rules yet" action={mayWrite && <NewLink first />}>
    Rules decide which incident goes where: by its severity, its tags, its name, or the time of day. The first one that
    matches decides; without any, every incident follows the default policy or goes to the default channels.
  </EmptyState>
)

export function RuleList() {
  const { data, error, refetch } = useQuery(rulesQuery)
  const { data: findings = [] } = useQuery(findingsQuery)
  const mayWrite = useCan('on_call:write')
  const navigate = useNavigate()
  const client = useQueryClient()
  const order = useOrder()
  const [deleting, setDeleting] = useState<Rule | null>(null)
  useShortcuts({ ...(mayWrite && { n: () => void navigate({ to: '/on-call/rules/new' }) }) })
  const rules = data?.items ?? []
  return (
    <OnCallFrame title="Routing" actions={mayWrite && rules.length > 0 && <NewLink />}>
      {data?.items.length === 0 ? (
        <First mayWrite={mayWrite} />
      ) : (
        <div className="-mx-4 border-b border-line bg-surface md:mx-0 md:overflow-hidden md:rounded-lg md:border-x">
          {data ? (
            <>
              <Reorder
                label="Routing rules, the first that matches decides"
                items={rules}
                idOf={({ id }) => id}
                nameOf={({ name }) => name}
                fixed={!mayWrite}
                onMove={(_from, _to, next) => order.mutate(next)}
              >
                {(rule, handle, index) => (
                  <RuleRow
                    {...{ rule, index, handle }}
                    findings={findings.filter(({ subject }) => subject.id === rule.id)}
                    onDelete={mayWrite ? () => setDeleting(rule) : null}
                  />
                )}
              </Reorder>
              <Otherwise />
            </>
          ) : error ? (
            <ErrorState error={error} retry={refetch} title="The rules could not be loaded" />
          ) : (
            <SkeletonRows rows={4} />
          )}
        </div>
      )}
      <FormError error={order.error} className="mt-3" />
      <ConfirmDialog
        open={deleting !== null}
        onClose={() => setDeleting(null)}
        title={`Delete “${deleting?.name}”?`}
        effect="New incidents are looked at by the other rules alone."
        action="Delete rule"
        onConfirm={async () => {
          if (!deleting) return
          await api.del(`/alert-routing-rules/${deleting.id}`)
          void client.invalidateQueries({ queryKey: keys.allOnCall })
          toast(`${deleting.name} is deleted`)
        }}
      />
    </OnCallFrame>
  )
}
