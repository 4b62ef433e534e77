import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { CalendarClock, Plus } from 'lucide-react'
import { useCan } from '@/session'
import { useShortcuts } from '@/shell/shortcuts'
import { Avatar } from '@/ui/bits'
import { buttonClass } from '@/ui/button'
import { plural } from '@/ui/format'
import { EmptyState, ErrorState, SkeletonRows } from '@/ui/states'
import { Glyph } from '@/ui/status'
import { useTimeZone } from '@/ui/time'
import { schedulesQuery } from './queries'
import { OnCallFrame } from './tabs'
import type { Schedule } from './types'
import { When } from './when'
import { listOf } from './words'

const LAYOUT =
  'grid-cols-[28px_minmax(0,1fr)] md:grid-cols-[28px_minmax(0,1.2fr)_minmax(0,1fr)_minmax(0,1fr)_minmax(0,140px)]'

const NewLink = ({ first }: { first?: boolean }) => (
  <Link to="/on-call/schedules/new" className={buttonClass('primary')}>
    <Plus />
    {first ? 'Add the first schedule' : 'New schedule'}
  </Link>
)

/** Who is on call, and until when. */
function Present({ schedule: { on_call, next } }: { schedule: Schedule }) {
  if (on_call.length === 0)
    return (
      <span className="text-down">
        Nobody
        {next && (
          <span className="text-subtle">
            {', until '}
            <When at={next.at} />
          </span>
        )}
      </span>
    )
  const [first] = on_call
  return (
    <>
      <span className="font-medium">{listOf(on_call.map(({ user_name }) => user_name))}</span>
      {first?.until && (
        <span className="text-subtle">
          {' until '}
          <When at={first.until} />
        </span>
      )}
    </>
  )
}

function Next({ schedule: { next } }: { schedule: Schedule }) {
  if (!next) return <span className="text-subtle">No change ahead</span>
  const names = next.users.length > 0 ? listOf(next.users.map(({ user_name }) => user_name)) : 'Nobody'
  return (
    <>
      {names}
      <span className="text-subtle">
        {', '}
        <When at={next.at} />
      </span>
    </>
  )
}

function ScheduleRow({ schedule }: { schedule: Schedule }) {
  const { id, name, timezone, layers, on_call } = schedule
  const [first] = on_call
  return (
    <li
      className={`relative grid min-h-[66px] items-center gap-x-3 px-4 py-2 focus-within:bg-hover hover:bg-hover md:min-h-[52px] md:gap-x-4 ${LAYOUT}`}
    >
      {first ? (
        <Avatar name={first.user_name} size={28} />
      ) : (
        <span className="grid place-items-center">
          <Glyph status="degraded" size={18} />
        </span>
      )}
      <div className="min-w-0">
        <Link
          to="/on-call/schedules/$id"
          params={{ id }}
          title={name}
          className="block truncate text-md font-medium outline-offset-[-2px] after:absolute after:inset-0 md:text-sm"
        >
          {name}
        </Link>
        <p className="truncate text-xs text-subtle md:hidden">
          <Present schedule={schedule} />
        </p>
        <p className="truncate text-xs text-subtle max-md:hidden">{plural(layers.length, 'layer')}</p>
      </div>
      <p className="min-w-0 truncate text-sm max-md:hidden">
        <Present schedule={schedule} />
      </p>
      <p className="min-w-0 truncate text-sm text-muted max-md:hidden">
        <Next schedule={schedule} />
      </p>
      <p className="min-w-0 truncate text-xs text-subtle max-md:hidden">{timezone}</p>
    </li>
  )
}

const First = ({ mayWrite }: { mayWrite: boolean }) => (
  <EmptyState icon={<CalendarClock />} title="No schedules yet" action={mayWrite && <NewLink first />}>
    A schedule says who is on call when: people who take turns, hand-offs at the time you choose, and others who stand
    in. Escalation policies call whoever is on call at that moment.
  </EmptyState>
)

export function ScheduleList() {
  const { data, error, refetch } = useQuery(schedulesQuery)
  const mayWrite = useCan('on_call:write')
  const navigate = useNavigate()
  useShortcuts({ ...(mayWrite && { n: () => void navigate({ to: '/on-call/schedules/new' }) }) })
  const none = data?.items.length === 0
  const zone = useTimeZone()
  return (
    <OnCallFrame title="Schedules" actions={mayWrite && !none && <NewLink />}>
      {none ? (
        <First mayWrite={mayWrite} />
      ) : (
        <div className="-mx-4 border-y border-line bg-surface md:mx-0 md:rounded-lg md:border-x">
          {data ? (
            <>
              <div
                aria-hidden
                className={`hidden h-9 items-center gap-x-4 border-b border-line px-4 text-xs text-subtle md:grid ${LAYOUT}`}
              >
                <span />
                <span>Name</span>
                <span>On call now</span>
                <span>Next</span>
                <span>Time zone</span>
              </div>
              <ul aria-label="Schedules" className="divide-y divide-line">
                {data.items.map((schedule) => (
                  <ScheduleRow key={schedule.id} schedule={schedule} />
                ))}
              </ul>
              <p className="border-t border-line px-4 py-2 text-xs text-subtle">{`Times are in ${zone}, your own time zone.`}</p>
            </>
          ) : error ? (
            <ErrorState error={error} retry={refetch} title="The schedules could not be loaded" />
          ) : (
            <SkeletonRows rows={4} />
          )}
        </div>
      )}
    </OnCallFrame>
  )
}
