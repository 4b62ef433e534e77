import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { Copyable } from '@/parts/copyable'
import { useCan } from '@/session'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Segmented } from '@/ui/choice'
import { RotateDialog } from './menu'
import { snippet, type Way, ways } from './snippets'
import { TextBlock } from './text-block'
import type { Agent } from './types'

function Examples({ address }: { address: string }) {
  const [way, setWay] = useState<Way>('curl')
  const chosen = ways.find(({ value }) => value === way)
  return (
    <div className="space-y-4 px-4 py-3.5">
      <p className="text-sm text-muted">
        After each run the agent says how it went. Only the status is needed; whatever else it tells can be drawn,
        learned from and limited. The answer says at once whether the run was as expected.
      </p>
      <Copyable label="Address for runs; whoever knows it can report" value={`${address}/run`} />
      <Segmented size="sm" label="Example for" value={way} onChange={setWay} choices={ways} />
      <TextBlock title={chosen?.what ?? ''} label="the example" text={snippet(way, address)} />
      <p className="text-xs text-muted">
        Fields: <code className="font-mono">status</code> (ok, error, timeout, refused),{' '}
        <code className="font-mono">
          started_at, ended_at, model, provider, input_tokens, output_tokens, cost_usd, latency_ms, tool_calls,
          quality_score, output_bytes, trace_id, error, metadata
        </code>
        . Names of OpenTelemetry in <code className="font-mono">metadata</code> (
        <code className="font-mono">gen_ai.usage.input_tokens</code>) fill what is not given.
      </p>
    </div>
  )
}

/** How an agent comes to report: its address, for those who may know it, and examples to paste. */
export function ReportCard({ agent }: { agent: Agent }) {
  const mayWrite = useCan('heartbeats:write')
  const [asking, setAsking] = useState(false)
  return (
    <Card aria-labelledby="report">
      <CardHead id="report" title="Report a run">
        {mayWrite && (
          <Button size="sm" onClick={() => setAsking(true)}>
            <KeyRound />
            New address
          </Button>
        )}
      </CardHead>
      {agent.ping_url ? (
        <Examples address={agent.ping_url} />
      ) : (
        <p className="px-4 py-3.5 text-sm text-muted">
          Whoever knows the address can report, so it is only shown to those who may change heartbeats. They find it
          here, with examples for curl, Python, TypeScript, LangChain and OpenTelemetry.
        </p>
      )}
      <RotateDialog agent={agent} open={asking} onClose={() => setAsking(false)} />
    </Card>
  )
}
