import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMe } from '@/session'
import { Avatar } from '@/ui/bits'
import { Skeleton } from '@/ui/states'
import { Glyph } from '@/ui/status'
import { onCallQuery } from './queries'
import type { OnCallNow as Standing } from './types'
import { When } from './when'
import { listOf } from './words'

const names = ({ on_call }: Standing, me: string) =>
  listOf(on_call.map(({ user_id, user_name }) => (user_id === me ? 'You' : user_name)))

function Now({ schedule }: { schedule: Standing }) {
  const { schedule_id: id, schedule_name: name, on_call } = schedule
  const me = useMe().id
  const [first] = on_call
  return (
    <li className="relative flex min-w-0 items-center gap-2.5 rounded-md border border-line bg-surface px-3 py-2 focus-within:bg-hover hover:bg-hover">
      {first ? (
        <Avatar name={first.user_name} size={28} />
      ) : (
        <span className="grid size-7 shrink-0 place-items-center">
          <Glyph status="degraded" size={18} />
        </span>
      )}
      <div className="min-w-0">
        <Link
          to="/on-call/schedules/$id"
          params={{ id }}
          className="block truncate text-sm font-medium after:absolute after:inset-0 after:rounded-md"
        >
          {first ? names(schedule, me) : 'Nobody'}
          <span className="sr-only">{` on call in ${name}`}</span>
        </Link>
        <p className="truncate text-xs text-subtle">
          {name}
          {first?.until && (
            <>
              , until <When at={first.until} />
            </>
          )}
        </p>
      </div>
    </li>
  )
}

const SHOWN = 8
/** Who is called first, now; one card for each schedule. */
export function OnCallNow() {
  const { data } = useQuery(onCallQuery)
  if (!data) return <Skeleton className="mb-2 h-13 w-64 rounded-md" />
  if (data.items.length === 0) return null
  const rest = data.total - SHOWN
  return (
    <section aria-labelledby="on-call-now" className="mb-2">
      <h2 id="on-call-now" className="sr-only">
        On call now
      </h2>
      <ul className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-4">
        {data.items.slice(0, SHOWN).map((schedule) => (
          <Now key={schedule.schedule_id} schedule={schedule} />
        ))}
      </ul>
      {rest > 0 && <p className="mt-1 text-xs text-subtle">{`And ${rest} more below.`}</p>}
    </section>
  )
}
