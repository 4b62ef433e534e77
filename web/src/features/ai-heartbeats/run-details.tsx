import type { ReactNode } from 'react'
import { problemWords } from '@/features/heartbeats/words'
import { CopyButton } from '@/ui/bits'
import { count, ms } from '@/ui/format'
import { At } from '@/ui/time'
import { latencyOf } from './budgets'
import { TextBlock } from './text-block'
import type { AgentRun } from './types'
import { score, usd } from './words'

type Fact = readonly [string, ReactNode]
const known = (facts: readonly (readonly [string, ReactNode | undefined])[]) =>
  facts.filter((fact): fact is Fact => fact[1] !== undefined)

const numeric = (value: number | undefined, words: (value: number) => string) =>
  value === undefined ? undefined : words(value)

/** Everything that a run said about itself. What agents write is text of strangers: it is only ever shown as text. */
export function RunDetails({ run }: { run: AgentRun }) {
  const { numbers, details, problems, began_at, ended_at } = run
  const facts = known([
    ['Began', began_at ? <At key="began" at={began_at} seconds /> : undefined],
    ['Ended', <At key="ended" at={ended_at} seconds />],
    ['Provider', details.provider],
    ['Tokens in', numeric(numbers.input_tokens, count)],
    ['Tokens out', numeric(numbers.output_tokens, count)],
    ['Cost', numeric(numbers.cost_usd, usd)],
    ['Latency', numeric(latencyOf(run), ms)],
    ['Tool calls', numeric(numbers.tool_calls, count)],
    ['Quality', numeric(numbers.quality_score, score)],
    ['Output', numeric(numbers.output_bytes, (value) => `${count(value)} bytes`)],
  ])
  const { metadata } = details
  return (
    <div className="space-y-4 bg-sunken px-4 py-4 text-sm">
      {problems.length > 0 && (
        <p className="text-degraded">
          Not as expected: {[...new Set(problems)].map((code) => problemWords[code].title.toLowerCase()).join(', ')}.
        </p>
      )}
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2 sm:grid-cols-3 lg:grid-cols-5">
        {facts.map(([name, value]) => (
          <div key={name} className="min-w-0">
            <dt className="text-xs text-subtle">{name}</dt>
            <dd className="tabular-nums wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
      {details.trace_id && (
        <p className="flex min-w-0 items-center gap-1 text-xs">
          <span className="shrink-0 text-subtle">Trace</span>
          <code className="min-w-0 truncate font-mono" title={details.trace_id}>
            {details.trace_id}
          </code>
          <CopyButton text={details.trace_id} label="Copy trace id" className="size-6" />
        </p>
      )}
      {details.error && <TextBlock title="Error" text={details.error} />}
      {metadata && <TextBlock title="Metadata" text={JSON.stringify(metadata, null, 2)} />}
    </div>
  )
}
