import { Card, CardHead } from '@/ui/card'
import { plural, sentence } from '@/ui/format'
import { Ago } from '@/ui/time'
import type { Agent } from './types'

/** From so many runs, or seven days, deadlines follow from what was learned. */
const ENOUGH = 50

function Progress({ runs }: { runs: number }) {
  const part = Math.min(1, runs / ENOUGH)
  return (
    <div>
      <div
        role="progressbar"
        aria-label="Learning"
        aria-valuemin={0}
        aria-valuemax={ENOUGH}
        aria-valuenow={Math.min(ENOUGH, runs)}
        className="h-1.5 overflow-hidden rounded-full bg-active"
      >
        <div className="h-full rounded-full bg-accent" style={{ width: `${part * 100}%` }} />
      </div>
      <p className="mt-2 text-xs text-subtle">
        {runs < ENOUGH
          ? `After ${ENOUGH} runs, or 7 days, its own rhythm counts; until then its schedule does.`
          : 'There is no rhythm yet that could be relied on: its schedule still counts.'}
      </p>
    </div>
  )
}

/** What its runs have told about it; nothing leaves the appliance for that. */
export function LearnedCard({ agent }: { agent: Agent }) {
  const { learned, expectation } = agent
  const { runs, ready, sentences, learned_at } = learned
  const waiting = expectation.mode === 'learned' && !ready
  return (
    <Card aria-labelledby="learned">
      <CardHead id="learned" title="What it has learned" hint={learned_at ? <Ago at={learned_at} /> : undefined} />
      <div className="space-y-3 px-4 py-3.5 text-sm">
        {waiting && <Progress runs={runs} />}
        {sentences.length > 0 ? (
          <ul className="space-y-2">
            {sentences.map((line) => (
              <li key={line} className="wrap-anywhere">
                {sentence(line)}
              </li>
            ))}
          </ul>
        ) : (
          !waiting && <p className="text-muted">Nothing yet: it learns from the runs that are reported.</p>
        )}
        {ready && <p className="text-xs text-subtle">From {plural(runs, 'run')}, on this appliance alone.</p>}
      </div>
    </Card>
  )
}
