import { problemWords } from '@/features/heartbeats/words'
import type { HeartbeatProblem } from '@/types'
import { Card, CardHead } from '@/ui/card'
import { plural, sentence } from '@/ui/format'
import { Glyph } from '@/ui/status'
import { Ago } from '@/ui/time'
import { inUnit } from './words'

const Value = ({ name, value, bad }: { name: string; value: string; bad?: boolean }) => (
  <div className="sm:text-right">
    <dt className="text-xs text-subtle">{name}</dt>
    <dd className={bad ? 'font-medium text-degraded tabular-nums' : 'tabular-nums'}>{value}</dd>
  </div>
)

/** What it means for whoever reads it: over a limit that somebody set, or far from what was learned. */
function meaning({ code, about }: HeartbeatProblem): string {
  if (about === 'usual') return 'Nobody set a limit for it: this is far from what its runs usually have.'
  if (about?.startsWith('max_') || about?.startsWith('min_')) return `Its budget does not allow it.`
  return problemWords[code].means
}

function Row({ problem }: { problem: HeartbeatProblem }) {
  const { code, message, since, expected, actual } = problem
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-2 px-4 py-3">
      <Glyph status="degraded" className="mt-0.5" />
      <div className="min-w-0 flex-1 basis-56">
        <div className="text-sm font-medium wrap-anywhere">{sentence(message)}</div>
        <p className="mt-0.5 text-xs text-subtle">
          {meaning(problem)} Since <Ago at={since} />.
        </p>
      </div>
      {expected !== undefined && actual !== undefined && (
        <dl className="ml-7 flex shrink-0 gap-6 text-sm sm:ml-0">
          <Value name="Expected" value={inUnit(code, expected)} />
          <Value bad name="Actual" value={inUnit(code, actual)} />
        </dl>
      )}
    </li>
  )
}

/** Everything about its last run that is not as it should be. */
export const ProblemsCard = ({ problems }: { problems: readonly HeartbeatProblem[] }) => (
  <Card aria-labelledby="problems" className="overflow-hidden border-degraded-line">
    <CardHead
      id="problems"
      title="Not as expected"
      hint={`${plural(problems.length, 'problem')}, as of the last run`}
    />
    <ul className="divide-y divide-line">
      {problems.map((problem) => (
        <Row key={`${problem.code}-${problem.about ?? ''}`} problem={problem} />
      ))}
    </ul>
  </Card>
)
