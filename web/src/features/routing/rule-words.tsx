import { useQuery } from '@tanstack/react-query'
import { policiesQuery } from '@/features/on-call/queries'
import type { Rule } from '@/features/on-call/types'
import { channelsQuery } from '@/parts/data'
import { actionsWords, conditionsWords } from './words'

/** What a rule looks at and does, in two lines. */
export function RuleWords({ rule }: { rule: Rule }) {
  const policies = useQuery(policiesQuery).data?.items
  const channels = useQuery(channelsQuery).data?.items
  const named = (list: { id: string; name: string }[] | undefined, id: string, gone: string) =>
    list ? (list.find((one) => one.id === id)?.name ?? gone) : '…'
  const names = {
    policy: (id: string) => named(policies, id, 'a deleted policy'),
    channel: (id: string) => named(channels, id, 'a deleted channel'),
  }
  return (
    <>
      <p className="text-xs text-muted">{conditionsWords(rule.conditions, rule.match)}</p>
      <p className="flex gap-1 text-xs text-subtle">
        <span aria-hidden>→</span>
        <span className="inline-block min-w-0 first-letter:uppercase">{actionsWords(rule.actions, names)}</span>
      </p>
    </>
  )
}
