import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { incidentsQuery } from '@/parts/data'
import { statusAt } from '@/parts/heartbeats'
import type { Heartbeat, HeartbeatProblem } from '@/types'
import { buttonClass } from '@/ui/button'
import { cx } from '@/ui/cx'
import { duration } from '@/ui/format'
import { Glyph } from '@/ui/status'
import { Ago, At, Since, Until, useNow } from '@/ui/time'
import { problemWords } from './words'

const frame = 'mt-4 flex flex-wrap items-start gap-x-4 gap-y-3 rounded-lg border px-4 py-3'
const AMBER = 'border-degraded-line bg-degraded-soft'

/** The way to where people answer it; nothing while there is none. */
function OpenIncident({ id }: { id: string }) {
  const incident = useQuery(incidentsQuery({ heartbeat_id: id, status: 'active', per_page: 5 })).data?.items[0]
  if (!incident) return null
  return (
    <Link to="/incidents/$id" params={{ id: incident.id }} className={buttonClass('secondary', 'md', 'coarse:flex-1')}>
      Open incident
    </Link>
  )
}

function DownBanner({ heartbeat }: { heartbeat: Heartbeat }) {
  const { id, message, since, failures } = heartbeat
  return (
    <section aria-label="Current problem" className={cx(frame, 'border-down-line bg-down-soft')}>
      <Glyph status="down" size={20} />
      <div className="min-w-0 flex-1 basis-60">
        <p className="text-md font-medium wrap-anywhere first-letter:uppercase">{message ?? 'It is down'}</p>
        <p className="text-xs text-muted">
          <At at={since} seconds />
          {failures > 1 && ` · down after ${failures} in a row`} · the next good run ends this.
        </p>
      </div>
      <OpenIncident id={id} />
    </section>
  )
}

function LateBanner({ heartbeat: { expected_at, deadline_at } }: { heartbeat: Heartbeat }) {
  if (!expected_at || !deadline_at) return null
  return (
    <section aria-label="Late" className={cx(frame, AMBER)}>
      <Glyph status="degraded" size={20} />
      <div className="min-w-0 flex-1 basis-60">
        <p className="text-md font-medium">
          Late by <Since at={expected_at} />
        </p>
        <p className="text-xs text-muted">
          Expected: <At at={expected_at} seconds />. Nobody is told yet: the grace is over <Until at={deadline_at} />.
        </p>
      </div>
    </section>
  )
}

const figure = ({ code }: HeartbeatProblem, value: number) =>
  code === 'slow' || code === 'fast' ? duration(value / 1000) : value.toLocaleString('en')

function Problem({ problem }: { problem: HeartbeatProblem }) {
  const { code, message, since, expected, actual } = problem
  const { title, means } = problemWords[code]
  return (
    <li>
      <p className="text-md font-medium">{title}</p>
      <p className="text-sm wrap-anywhere">{message}.</p>
      <p className="text-xs text-muted">
        {means} Began <Ago at={since} />
        {expected !== undefined && actual !== undefined && (
          <span className="tabular-nums">
            {' '}
            · bound {figure(problem, expected)}, was {figure(problem, actual)}
          </span>
        )}
      </p>
    </li>
  )
}

/** It ran, but not as expected: each problem in words. */
function ProblemsBanner({ heartbeat: { id, problems, status } }: { heartbeat: Heartbeat }) {
  return (
    <section aria-label="Not as expected" className={cx(frame, AMBER)}>
      <Glyph status="degraded" size={20} />
      <ul className="min-w-0 flex-1 basis-60 space-y-2.5">
        {problems.map((problem) => (
          <Problem key={`${problem.code} ${problem.about ?? ''}`} problem={problem} />
        ))}
      </ul>
      {status !== 'down' && <OpenIncident id={id} />}
    </section>
  )
}

/** What is wrong now, in words; nothing while nothing is wrong. */
export function Banners({ heartbeat }: { heartbeat: Heartbeat }) {
  const status = statusAt(heartbeat, useNow(1000))
  return (
    <>
      {status === 'down' && <DownBanner heartbeat={heartbeat} />}
      {status === 'late' && <LateBanner heartbeat={heartbeat} />}
      {heartbeat.problems.length > 0 && <ProblemsBanner heartbeat={heartbeat} />}
    </>
  )
}
