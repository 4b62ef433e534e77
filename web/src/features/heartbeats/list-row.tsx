import { Link } from '@tanstack/react-router'
import { DueBar } from '@/parts/due-bar'
import { heartbeatGlyph, heartbeatLabel, statusAt } from '@/parts/heartbeats'
import type { Heartbeat } from '@/types'
import { Tag } from '@/ui/bits'
import { cx } from '@/ui/cx'
import { duration, ms } from '@/ui/format'
import { Glyph, statusText } from '@/ui/status'
import { Ago, Since, useNow } from '@/ui/time'
import { HeartbeatMenu } from './menu'

const LAYOUT =
  'grid-cols-[16px_minmax(0,1fr)_112px] md:grid-cols-[16px_minmax(0,1fr)_150px_88px_28px] lg:grid-cols-[16px_minmax(0,1fr)_minmax(0,240px)_150px_88px_72px_28px] min-[85rem]:grid-cols-[16px_minmax(0,1fr)_minmax(0,280px)_150px_88px_72px_132px_28px]'

/** What is wrong now; nothing when all is as expected. */
function troubleOf({ status, message, problems }: Heartbeat) {
  if (status === 'down' && message) return message
  const [first] = problems
  if (!first) return null
  return problems.length > 1 ? `${first.message}, and ${problems.length - 1} more` : first.message
}

/** The second line: trouble, a run under way, or how the last one went. Without a column of its own, the schedule. */
function Note({ heartbeat, tone }: { heartbeat: Heartbeat; tone: string }) {
  const { status, since, running, last_duration_ms, last_run_at, schedule_words } = heartbeat
  const trouble = troubleOf(heartbeat)
  if (trouble)
    return (
      <>
        <span className={cx('first-letter:uppercase', tone)} title={trouble}>
          {trouble}
        </span>
        {status === 'down' && (
          <span className={tone}>
            {' · '}
            <Since at={since} />
          </span>
        )}
      </>
    )
  const last = !last_run_at
    ? status === 'paused'
      ? 'Never reported'
      : 'Waits for its first ping'
    : last_duration_ms === null
      ? 'Ran as expected'
      : `Took ${last_duration_ms < 60_000 ? ms(last_duration_ms) : duration(last_duration_ms / 1000)}`
  return (
    <>
      <span className="lg:hidden">{schedule_words}</span>
      <span className="max-lg:hidden">
        {running[0] ? (
          <>
            Running for <Since at={running[0].at} />
            {running.length > 1 && `, ${running.length} at once`}
          </>
        ) : (
          last
        )}
      </span>
    </>
  )
}

export function HeartbeatRow({
  heartbeat,
  index,
  mayWrite,
}: {
  heartbeat: Heartbeat
  index: number
  mayWrite: boolean
}) {
  const { id, name, tags, problems, schedule_words, last_ping_at, last_duration_ms } = heartbeat
  const status = statusAt(heartbeat, useNow(1000))
  const glyph = heartbeatGlyph(status, problems.length)
  const word = status === 'up' && problems.length > 0 ? 'Up, but not as expected' : heartbeatLabel[status]
  return (
    <li
      data-row={index}
      className={cx(
        'relative grid min-h-[66px] items-center gap-x-3 px-4 focus-within:bg-hover hover:bg-hover md:min-h-[52px] md:gap-x-4',
        LAYOUT,
      )}
    >
      <span>
        <Glyph status={glyph} />
        <span className="sr-only">{word}</span>
      </span>
      <div className="min-w-0 py-1.5">
        <Link
          to="/heartbeats/$id"
          params={{ id }}
          data-open
          title={name}
          className="block truncate text-md font-medium outline-offset-[-2px] after:absolute after:inset-0 md:text-sm"
        >
          {name}
        </Link>
        <div className="truncate text-xs text-subtle">
          <Note heartbeat={heartbeat} tone={statusText[glyph]} />
        </div>
      </div>
      <span className="hidden truncate text-sm text-muted lg:block" title={schedule_words}>
        <span className="inline-block first-letter:uppercase">{schedule_words}</span>
      </span>
      <DueBar heartbeat={heartbeat} className="min-w-0" />
      <span className="hidden text-right text-sm text-muted tabular-nums md:block">
        {last_ping_at ? <Ago at={last_ping_at} /> : <span className="text-subtle">Never</span>}
      </span>
      <span className="hidden text-right text-sm tabular-nums lg:block">{ms(last_duration_ms)}</span>
      <span className="hidden min-w-0 gap-1 overflow-hidden min-[85rem]:flex" title={tags.join(', ')}>
        {tags.map((tag) => (
          <Tag key={tag}>{tag}</Tag>
        ))}
      </span>
      <div className="relative z-10 max-md:hidden">{mayWrite && <HeartbeatMenu heartbeat={heartbeat} />}</div>
    </li>
  )
}

/** Column names for eyes; screen readers hear a list of sentences. */
export const ListHead = () => (
  <div
    aria-hidden
    className={cx('hidden h-9 items-center gap-x-4 border-b border-line px-4 text-xs text-subtle md:grid', LAYOUT)}
  >
    <span />
    <span>Name</span>
    <span className="hidden lg:block">Schedule</span>
    <span>Due</span>
    <span className="text-right">Last ping</span>
    <span className="hidden text-right lg:block">Took</span>
    <span className="hidden min-[85rem]:block">Tags</span>
    <span />
  </div>
)
