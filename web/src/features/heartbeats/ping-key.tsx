import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import { CommandLines } from '@/parts/command'
import { Copyable } from '@/parts/copyable'
import type { WorkspacePingKey } from '@/types'
import { Button } from '@/ui/button'
import { Switch } from '@/ui/choice'
import { ConfirmDialog, Dialog } from '@/ui/dialog'
import { FormError } from '@/ui/field'
import { ErrorState, Skeleton } from '@/ui/states'
import { toast } from '@/ui/toast'
import { pingKeyQuery } from './queries'

function useKeyChange<T>(change: (what: T) => Promise<WorkspacePingKey>, done: (made: WorkspacePingKey) => string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: (made) => {
      client.setQueryData(keys.pingKey, made)
      toast(done(made))
    },
  })
}

/** Where to call, with the key in it, and what happens to names that are not known. */
function Key({ data, onRenew }: { data: WorkspacePingKey; onRenew: () => void }) {
  const { key, ping_url_base, auto_create } = data
  const turn = useKeyChange(
    (on: boolean) => api.put<WorkspacePingKey>('/ping-key', { auto_create: on }),
    (made) => (made.auto_create ? 'Unknown names make a heartbeat' : 'Unknown names are refused'),
  )
  const address = key && `${ping_url_base}/${key}`
  return (
    <div className="space-y-4">
      {address ? (
        <>
          <Copyable label="Ping key" value={key} />
          <CommandLines
            label="At the end of a job that is called “nightly-backup”"
            text={`curl -fsS -m 10 --retry 3 -o /dev/null ${address}/nightly-backup`}
          />
        </>
      ) : (
        <p className="text-sm text-muted">
          There is no key yet. With one, a job is pinged by its name instead of its own address.
        </p>
      )}
      <Switch
        label="Make heartbeats by themselves"
        hint="A ping with an unknown name makes a heartbeat that is expected once a day; set its schedule afterwards."
        checked={auto_create}
        disabled={turn.isPending}
        onChange={(on) => turn.mutate(on)}
      />
      <FormError error={turn.error} />
      <div className="rounded-sm bg-sunken px-3 py-2.5 text-xs text-muted">
        <b className="font-medium text-fg">Moving from Healthchecks</b>: keep the names of your checks and change what
        is before them, from <code className="font-mono break-all">https://hc-ping.com/…</code> to{' '}
        <code className="font-mono break-all">{ping_url_base}/…</code> with this key. Addresses with{' '}
        <code className="font-mono">/start</code>, <code className="font-mono">/fail</code>,{' '}
        <code className="font-mono">/log</code>, an exit code and <code className="font-mono">?rid=</code> work as they
        are.
      </div>
      <Button onClick={onRenew}>{key ? 'Renew the key…' : 'Make a key'}</Button>
    </div>
  )
}

/** The key by which all jobs of the workspace can be pinged by name; for people who may report. */
export function PingKeyDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { data, error, refetch } = useQuery({ ...pingKeyQuery, enabled: open })
  const [asking, setAsking] = useState(false)
  const renew = useKeyChange(
    () => api.post<WorkspacePingKey>('/ping-key/renew'),
    () => 'The key is ready',
  )
  return (
    <>
      <Dialog
        wide
        open={open && !asking}
        onClose={onClose}
        title="Ping key"
        description="One key for all heartbeats: whoever has it can report for every one of them."
        footer={<Button onClick={onClose}>Close</Button>}
      >
        {data ? (
          <>
            <Key data={data} onRenew={() => (data.key ? setAsking(true) : renew.mutate(undefined))} />
            <FormError error={renew.error} className="mt-3" />
          </>
        ) : error ? (
          <ErrorState error={error} retry={refetch} />
        ) : (
          <Skeleton className="h-40 w-full" />
        )}
      </Dialog>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Renew the ping key?"
        effect="The key that is in use now stops working at once. Every job that is pinged by name has to be given the new one; addresses of single heartbeats stay."
        action="Renew the key"
        onConfirm={() => renew.mutateAsync(undefined)}
      />
    </>
  )
}
