import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Card, CardHead } from '@/ui/card'
import { Segmented } from '@/ui/choice'
import { count, ms, plural } from '@/ui/format'
import { EmptyState, ErrorState, Refreshing, Skeleton } from '@/ui/states'
import { column, columnsOf, isEmpty, type Series } from './chart-columns'
import { chartsQuery, type Span, spans } from './queries'
import { RunChart } from './run-chart'
import type { Agent, Bucket, Charts } from './types'
import { score, share, short, usd } from './words'

// Safe: the keys of the table are the spans.
const choices = (Object.keys(spans) as Span[]).map((value) => ({ value, label: value }))

/** Every series, from the buckets as the API has them. */
function seriesOf(buckets: readonly Bucket[]) {
  const of = (title: string, colour: string, value: (bucket: Bucket) => number | null): Series => ({
    ...{ title, colour, values: column(buckets, value) },
  })
  const priced = buckets.some(({ cost_usd }) => cost_usd > 0)
  const counted = buckets.some(({ input_tokens, output_tokens }) => input_tokens + output_tokens > 0)
  return {
    latency: [
      of('Median', '--chart-1', ({ latency_p50_ms }) => latency_p50_ms),
      of('p95', '--chart-3', ({ latency_p95_ms }) => latency_p95_ms),
    ],
    runs: [
      of('OK', '--up-solid', ({ runs, failed }) => runs - failed),
      of('Failed', '--down-solid', ({ failed }) => failed),
    ],
    cost: [of('Cost', '--chart-1', ({ cost_usd }) => (priced ? cost_usd : null))],
    tokens: [
      of('In', '--chart-1', ({ input_tokens }) => (counted ? input_tokens : null)),
      of('Out', '--chart-2', ({ output_tokens }) => (counted ? output_tokens : null)),
    ],
    quality: [of('Mean score', '--chart-4', ({ quality }) => quality)],
  }
}

/** What no run has told in this time, with the fields that would. */
const MISSING = {
  latency: 'how long it took (latency_ms, or started_at and ended_at)',
  cost: 'what it cost (cost_usd)',
  tokens: 'its tokens (input_tokens, output_tokens)',
  quality: 'how good it was (quality_score)',
} as const
const list = new Intl.ListFormat('en-GB', { type: 'disjunction' })

function Drawn({ charts, agent }: { charts: Charts; agent: Agent }) {
  const { buckets, bucket_ms, totals } = charts
  const columns = useMemo(() => columnsOf(buckets, bucket_ms), [buckets, bucket_ms])
  const series = useMemo(() => seriesOf(buckets), [buckets])
  const { max_latency_p95_ms: slowest, min_quality_score: lowest } = agent.budgets
  const { runs, failed } = totals
  const missing = (['latency', 'cost', 'tokens', 'quality'] as const).filter((name) => isEmpty(series[name]))
  const told = (name: keyof typeof MISSING) => !missing.includes(name)
  return (
    <div className="@container px-3 py-4">
      <div className="grid gap-x-6 gap-y-6 @[640px]:grid-cols-2 [&>*]:min-w-0">
        {told('latency') && (
          <RunChart
            className="@[640px]:col-span-2"
            title="Latency"
            total={`median ${ms(totals.latency_p50_ms)}, p95 ${ms(totals.latency_p95_ms)}`}
            as="lines"
            height={180}
            columns={columns}
            series={series.latency}
            words={ms}
            limit={slowest}
            limitWords={slowest === undefined ? undefined : `Budget: p95 of at most ${ms(slowest)}.`}
          />
        )}
        <RunChart
          whole
          className={missing.length === 4 ? '@[640px]:col-span-2' : undefined}
          title="Runs"
          total={
            failed > 0
              ? `${count(runs)}, ${count(failed)} failed (${share((runs - failed) / runs)} OK)`
              : `${count(runs)}, none failed`
          }
          as="bars"
          columns={columns}
          series={series.runs}
          words={short}
        />
        {told('cost') && (
          <RunChart
            title="Cost"
            total={usd(totals.cost_usd)}
            as="bars"
            columns={columns}
            series={series.cost}
            words={usd}
          />
        )}
        {told('tokens') && (
          <RunChart
            title="Tokens"
            total={`${short(totals.input_tokens)} in, ${short(totals.output_tokens)} out`}
            as="bars"
            columns={columns}
            series={series.tokens}
            words={short}
          />
        )}
        {told('quality') && (
          <RunChart
            title="Quality"
            total={`mean ${score(totals.quality)}`}
            as="lines"
            columns={columns}
            series={series.quality}
            words={score}
            top={1}
            limit={lowest}
            limitWords={lowest === undefined ? undefined : `Budget: at least ${score(lowest)}.`}
          />
        )}
        {missing.length > 0 && (
          <p className="px-1 text-xs text-subtle @[640px]:col-span-2">
            No run in this time has told {list.format(missing.map((name) => MISSING[name]))}.
          </p>
        )}
      </div>
    </div>
  )
}

/** How its runs went over time. */
export function ChartsCard({ agent, span, onSpan }: { agent: Agent; span: Span; onSpan: (span: Span) => void }) {
  const { data, error, refetch, isPlaceholderData } = useQuery(chartsQuery(agent.id, span))
  return (
    <Card aria-labelledby="charts">
      <CardHead
        id="charts"
        title="Over time"
        hint={data && <span className="hidden sm:inline">{plural(data.totals.runs, 'run')}</span>}
      >
        <Segmented size="sm" label="Range" value={span} onChange={onSpan} choices={choices} />
      </CardHead>
      <Refreshing when={isPlaceholderData} />
      {data ? (
        data.totals.runs > 0 ? (
          <Drawn charts={data} agent={agent} />
        ) : (
          <EmptyState title="No runs in this time" className="py-16">
            {agent.last_run_at === null
              ? 'Latency, cost, tokens and quality are drawn here once it reports.'
              : 'A longer range may have some.'}
          </EmptyState>
        )
      ) : error ? (
        <ErrorState error={error} retry={refetch} />
      ) : (
        <div className="p-4">
          <Skeleton className="h-5 w-48" />
          <Skeleton className="mt-3 h-[180px] w-full" />
        </div>
      )}
    </Card>
  )
}
