import { useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import { Copyable } from '@/parts/copyable'
import { useCan } from '@/session'
import type { Monitor, PushKey } from '@/types'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Segmented } from '@/ui/choice'
import { ConfirmDialog } from '@/ui/dialog'
import { toast } from '@/ui/toast'
import { type Shell, shells, snippet } from './push-snippets'

/** Only this page knows it, and only until it is left: the server keeps a hash. */
const addressKey = (id: string) => keys.monitorPart(id, 'push-address')

/** Makes an address, which ends the one before, and keeps it for the page that shows it. */
export function useMakeAddress() {
  const client = useQueryClient()
  return async (id: string) => {
    const made = await api.post<PushKey>(`/monitors/${id}/push-key`)
    client.setQueryData(addressKey(id), made.url)
    return made.url
  }
}

const useAddress = (id: string) =>
  useQuery<string | null>({ queryKey: addressKey(id), queryFn: () => null, enabled: false }).data ?? null

function Snippets({ url, interval }: { url: string; interval: number }) {
  const [shell, setShell] = useState<Shell>('curl')
  const chosen = shells.find(({ value }) => value === shell)
  return (
    <div className="space-y-3">
      <Copyable label="Address" value={url} />
      <Segmented size="sm" label="Example for" value={shell} onChange={setShell} choices={shells} />
      <Copyable label={chosen?.what ?? ''} value={snippet(shell, url, interval)} />
      <p className="text-xs text-muted">
        Optional: <code className="font-mono">status=up|degraded|down</code>, <code className="font-mono">msg=</code> a
        sentence, <code className="font-mono">ping=</code> milliseconds.
      </p>
    </div>
  )
}

/** Where the job has to call: shown when it was made, and made anew when it was lost. */
export function PushAddress({ monitor }: { monitor: Monitor }) {
  const mayWrite = useCan('monitors:write')
  const make = useMakeAddress()
  const url = useAddress(monitor.id)
  const [asking, setAsking] = useState(false)
  return (
    <Card aria-labelledby="push-address">
      <CardHead id="push-address" title="Where to report" hint={url ? 'Shown this once' : undefined}>
        {mayWrite && (
          <Button size="sm" onClick={() => setAsking(true)}>
            <KeyRound />
            New address
          </Button>
        )}
      </CardHead>
      <div className="px-4 py-3.5">
        {url ? (
          <>
            <p className="mb-3 text-sm text-muted">
              Copy it now: whoever has it can report, so it is stored as a hash only and cannot be shown again.
            </p>
            <Snippets url={url} interval={monitor.interval} />
          </>
        ) : (
          <p className="text-sm text-muted">
            The job calls the address that was shown when the monitor was made. If it was lost,{' '}
            {mayWrite ? 'make a new one.' : 'somebody who may change monitors can make a new one.'}
          </p>
        )}
      </div>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={`New address for “${monitor.name}”?`}
        effect="The one that is in use now stops working at once. Whatever calls it has to be given the new one."
        action="Make new address"
        onConfirm={() => make(monitor.id).then(() => toast('The new address is ready'))}
      />
    </Card>
  )
}
