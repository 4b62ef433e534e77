import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { findingGlyph, findingWord } from '@/features/escalation/finding-line'
import { findingsQuery } from '@/features/on-call/queries'
import { OnCallFrame } from '@/features/on-call/tabs'
import type { Finding } from '@/features/on-call/types'
import { plural, sentence, words } from '@/ui/format'
import { EmptyState, ErrorState, SkeletonRows } from '@/ui/states'
import { Glyph } from '@/ui/status'

const stretched = 'after:absolute after:inset-0 hover:underline'
/** Where it can be put right. */
function Subject({ subject: { type, id, name } }: { subject: Finding['subject'] }): ReactNode {
  if (type === 'policy' || type === 'escalation_policy')
    return (
      <Link to="/on-call/policies/$id" params={{ id }} className={stretched}>
        {name}
      </Link>
    )
  if (type === 'schedule')
    return (
      <Link to="/on-call/schedules/$id" params={{ id }} className={stretched}>
        {name}
      </Link>
    )
  if (type === 'rule' || type === 'alert_routing_rule')
    return (
      <Link to="/on-call/rules/$id" params={{ id }} className={stretched}>
        {name}
      </Link>
    )
  if (type === 'channel' || type === 'notification_channel')
    return (
      <Link to="/channels/$id" params={{ id }} className={stretched}>
        {name}
      </Link>
    )
  if (type === 'person' || type === 'user')
    return (
      <Link to="/settings/members" className={stretched}>
        {name}
      </Link>
    )
  return name
}

const RANK = { error: 0, warning: 1, info: 2 } as const
const byLevel = (a: Finding, b: Finding) => RANK[a.level] - RANK[b.level]

function summary(findings: readonly Finding[]): string {
  const of = (level: Finding['level']) => findings.filter((one) => one.level === level).length
  const parts = [
    of('error') > 0 && plural(of('error'), 'error'),
    of('warning') > 0 && plural(of('warning'), 'warning'),
    of('info') > 0 && plural(of('info'), 'note'),
  ].filter(Boolean)
  return `${parts.join(', ')}, found by looking at schedules, policies, rules and people together.`
}

/** What would keep somebody from being called, before it does. */
export function Findings() {
  const { data, error, refetch } = useQuery(findingsQuery)
  return (
    <OnCallFrame title="Findings">
      {data?.length === 0 ? (
        <EmptyState icon={<CircleCheck />} title="Nothing stands in the way">
          Every step of every policy reaches somebody, every schedule has somebody on call for the next days, and
          everybody who is called can be reached.
        </EmptyState>
      ) : (
        <>
          {data && <p className="mb-2 text-sm text-muted">{summary(data)}</p>}
          <div className="-mx-4 border-y border-line bg-surface md:mx-0 md:rounded-lg md:border-x">
            {data ? (
              <ul aria-label="Findings" className="divide-y divide-line">
                {data.toSorted(byLevel).map((finding) => (
                  <li
                    key={`${finding.code} ${finding.subject.id} ${finding.message}`}
                    className="relative flex items-start gap-3 px-4 py-3 focus-within:bg-hover hover:bg-hover"
                  >
                    <Glyph status={findingGlyph[finding.level]} className="mt-0.5" />
                    <div className="min-w-0">
                      <p className="text-sm">
                        <span className="sr-only">{`${findingWord[finding.level]}: `}</span>
                        {sentence(finding.message)}
                      </p>
                      <p className="text-xs text-subtle">
                        {`${words(finding.subject.type)} `}
                        <span className="font-medium text-muted">
                          <Subject subject={finding.subject} />
                        </span>
                      </p>
                    </div>
                  </li>
                ))}
              </ul>
            ) : error ? (
              <ErrorState error={error} retry={refetch} title="The findings could not be loaded" />
            ) : (
              <SkeletonRows rows={5} />
            )}
          </div>
        </>
      )}
    </OnCallFrame>
  )
}
