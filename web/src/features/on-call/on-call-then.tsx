import { useQuery } from '@tanstack/react-query'
import { Glyph } from '@/ui/status'
import { timelineQuery } from './queries'
import type { Schedule } from './types'
import type { Range } from './use-pick'
import { listOf } from './words'

const LONGEST_MS = 100 * 86_400_000

/** Who is on call in the time that is being typed; somebody who is not cannot be replaced. */
export function OnCallThen({
  schedule: { id },
  range: { from, to },
  replaces,
  nameOf,
}: {
  schedule: Schedule
  range: Range
  replaces: string | null
  nameOf: (id: string | null) => string
}) {
  const sensible = from < to && to - from < LONGEST_MS
  const { data } = useQuery({ ...timelineQuery(id, sensible ? from : 0, sensible ? to : 1), enabled: sensible })
  if (!data || !sensible) return null
  const there = new Map(data.shifts.map(({ user_id, user_name }) => [user_id, user_name]))
  const names = listOf([...there.values()]) || 'nobody'
  if (!replaces || there.has(replaces))
    return <p className="text-xs text-subtle">{`On call then, as it stands: ${names}.`}</p>
  return (
    <p className="flex items-start gap-2 text-xs text-muted">
      <Glyph status="degraded" size={14} className="mt-px" />
      {`${nameOf(replaces)} is not on call then: it would change nothing. On call then: ${names}.`}
    </p>
  )
}
