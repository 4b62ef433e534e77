import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { CommandLines } from '@/parts/command'
import { Copyable } from '@/parts/copyable'
import { useCan } from '@/session'
import type { Heartbeat } from '@/types'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Select } from '@/ui/select'
import { RotateDialog } from './menu'
import { shortest, snippet, type Way, ways } from './snippets'

const code = 'font-mono text-[11.5px] break-all text-fg'
const ENDS = [
  ['', 'it ended well'],
  ['/start', 'it begins; the time until the end is measured'],
  ['/fail', 'it failed'],
  ['/0 … /255', 'its exit code: 0 is success'],
  ['/log', 'a line to keep, which changes nothing'],
] as const

/** What can be put behind the address. */
const Ends = () => (
  <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-xs text-muted">
    {ENDS.map(([end, means]) => (
      <div key={end} className="contents">
        <dt>
          <code className={code}>{end || 'the address'}</code>
        </dt>
        <dd>{means}</dd>
      </div>
    ))}
    <div className="contents">
      <dt>
        <code className={code}>?rid=…</code>
      </dt>
      <dd>tells runs apart that overlap: the same for the start and the end of one</dd>
    </div>
    <div className="contents">
      <dt>
        <code className={code}>?rows=1200</code>
      </dt>
      <dd>numbers of the run; up to 20 of them, by any name</dd>
    </div>
    <div className="contents">
      <dt>
        <code className={code}>body</code>
      </dt>
      <dd>up to 100 KB of text are kept, for example the end of the output</dd>
    </div>
  </dl>
)

/** Where the job has to call, and what to paste where it runs. */
export function ReportCard({ heartbeat }: { heartbeat: Heartbeat }) {
  const mayWrite = useCan('heartbeats:write')
  const [way, setWay] = useState<Way>('curl')
  const [asking, setAsking] = useState(false)
  const { ping_url: url } = heartbeat
  const chosen = ways.find(({ value }) => value === way)
  return (
    <Card aria-labelledby="report">
      <CardHead id="report" title="How to report">
        {mayWrite && url && (
          <Button size="sm" onClick={() => setAsking(true)}>
            <KeyRound />
            New address
          </Button>
        )}
      </CardHead>
      {url ? (
        <div className="space-y-4 px-4 py-3.5">
          <Copyable label="Ping address" value={url} />
          <CommandLines label="The least that is enough" text={shortest(url)} />
          <Ends />
          <div className="space-y-3 border-t border-line pt-4">
            <Select label="Example for" value={way} onChange={setWay} choices={ways} className="sm:max-w-56" />
            <CommandLines label={chosen?.what ?? ''} text={snippet(way, url, heartbeat)} />
          </div>
        </div>
      ) : (
        <p className="px-4 py-3.5 text-sm text-muted">
          Whoever knows the address can report, so it is only shown to people who may change heartbeats.
        </p>
      )}
      <RotateDialog heartbeat={heartbeat} open={asking} onClose={() => setAsking(false)} />
    </Card>
  )
}
