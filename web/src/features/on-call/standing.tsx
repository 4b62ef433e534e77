import { Avatar } from '@/ui/bits'
import { Glyph } from '@/ui/status'
import { Until, useTimeZone } from '@/ui/time'
import type { Schedule } from './types'
import { When } from './when'
import { listOf } from './words'

/** One sentence of truth: who is called now, until when, and who is after that. */
export function Standing({ schedule: { on_call, next } }: { schedule: Schedule }) {
  const [first] = on_call
  const zone = useTimeZone()
  return (
    <section
      aria-label="On call now"
      className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-line bg-surface px-4 py-3"
    >
      {first ? <Avatar name={first.user_name} size={36} /> : <Glyph status="down" size={24} />}
      <div className="min-w-0 flex-1 basis-60">
        <p className="text-md font-medium">
          {first
            ? `${listOf(on_call.map(({ user_name }) => user_name))} ${on_call.length > 1 ? 'are' : 'is'} on call`
            : 'Nobody is on call'}
        </p>
        <p className="text-xs text-muted">
          {first?.until ? (
            <>
              Until <When at={first.until} />, <Until at={first.until} /> <span className="text-subtle">({zone})</span>
            </>
          ) : first ? (
            'No change is planned.'
          ) : (
            'Steps of an escalation policy that call this schedule reach nobody now.'
          )}
        </p>
      </div>
      {next && (
        <p className="text-sm text-muted">
          {next.users.length > 0 ? (
            <>
              {'Then '}
              <b className="font-medium text-fg">{listOf(next.users.map(({ user_name }) => user_name))}</b>
            </>
          ) : (
            'Then nobody'
          )}
          {', '}
          <When at={next.at} />
        </p>
      )}
    </section>
  )
}
