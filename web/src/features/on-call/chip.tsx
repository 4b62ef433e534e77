import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMe } from '@/session'
import { onCallQuery } from './queries'
import { When } from './when'

/** For those who are on call: that they are, where, and until when. Nothing for everybody else. */
export default function OnCallChip() {
  const me = useMe().id
  const { data } = useQuery(onCallQuery)
  const mine = (data?.items ?? []).flatMap(({ schedule_id, schedule_name, on_call }) =>
    on_call.filter(({ user_id }) => user_id === me).map(({ until }) => ({ id: schedule_id, schedule_name, until })),
  )
  const [first] = mine
  if (!first) return null
  return (
    <Link
      to="/on-call/schedules/$id"
      params={{ id: first.id }}
      className="mx-3 mb-3 block rounded-md border border-line bg-surface px-2.5 py-2 hover:bg-hover"
    >
      <span className="flex items-center gap-2 text-sm font-medium">
        <i aria-hidden className="size-2 rounded-full bg-up-solid" />
        You’re on call
      </span>
      <span className="block text-xs text-subtle">
        {first.schedule_name}
        {mine.length > 1 && ` and ${mine.length - 1} more`}
        {first.until && (
          <>
            , until <When at={first.until} />
          </>
        )}
      </span>
    </Link>
  )
}
