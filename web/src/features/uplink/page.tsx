import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { MOST_ANCHORS } from '#contract/anchors'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { AnchorsField, filled } from '@/parts/anchors-field'
import { BlindTimes } from '@/parts/blind'
import { SettingsFrame } from '@/parts/settings-frame'
import { useUnsaved } from '@/shell/unsaved'
import type { AnchorTested, Uplink } from '@/types'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Form, FormError } from '@/ui/field'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { toast } from '@/ui/toast'
import { Guide } from './guide'
import { StateCard } from './state-card'

const EVERY_MS = 10_000
/** While new anchors are being asked. */
const SOON_MS = 1_000

const isAsking = ({ anchors, uplink }: Uplink) => anchors.length > 0 && uplink.state === 'unset'

/** Each can be tried before it is saved. */
function useTrial() {
  const [tested, setTested] = useState<Record<string, AnchorTested>>({})
  const test = useMutation({
    mutationFn: (anchor: string) => api.post<{ anchors: AnchorTested[] }>('/admin/uplink/test', { anchors: [anchor] }),
    onSuccess: ({ anchors }) =>
      setTested((before) => ({ ...before, ...Object.fromEntries(anchors.map((one) => [one.anchor, one])) })),
  })
  return { tested, test, testing: test.isPending ? test.variables : undefined }
}

function Editor({ state }: { state: Uplink }) {
  const client = useQueryClient()
  const [anchors, setAnchors] = useState<readonly string[]>(state.anchors)
  const { tested, test, testing } = useTrial()
  const { dialog } = useUnsaved(filled(anchors).join() !== state.anchors.join())
  const save = useMutation({
    mutationFn: (list: string[]) => api.put<Uplink>('/admin/uplink', { anchors: list }),
    onSuccess: (now) => {
      client.setQueryData(keys.uplink, now)
      setAnchors(now.anchors)
      toast(now.anchors.length > 0 ? 'The anchors are saved' : 'Saved: every failure is believed')
    },
  })
  const change = (next: readonly string[]) => {
    setAnchors(next)
    if (save.error) save.reset()
  }
  return (
    <>
      <Card aria-labelledby="anchors">
        <CardHead id="anchors" title="By what it is judged" />
        <Form
          error={save.error}
          onSubmit={() => {
            const list = filled(anchors)
            setAnchors(list)
            save.mutate(list)
          }}
        >
          <div className="space-y-3 p-4">
            <p className="text-sm text-muted">
              Anchors are places that answer always. Before a failure is believed, they are asked: if one answers, the
              failure is the target’s own; if none does, it is ours.
            </p>
            <AnchorsField
              value={anchors}
              onChange={change}
              errors={fieldsOf(save.error)}
              tested={tested}
              testing={testing}
              onTest={(anchor) => test.mutate(anchor)}
            />
            <FormError error={save.error} known={[/^anchors/]} />
            <FormError error={test.error} />
          </div>
          <footer className="flex justify-end border-t border-line px-4 py-3">
            <Button type="submit" variant="primary" busy={save.isPending}>
              Save anchors
            </Button>
          </footer>
        </Form>
        {dialog}
      </Card>
      <Guide
        chosen={filled(anchors)}
        full={anchors.length >= MOST_ANCHORS}
        onAdd={(anchor) => change(anchor === '' && anchors.includes('') ? anchors : [...anchors, anchor])}
      />
    </>
  )
}

/** How the appliance tells an outage of its own network from one of what it watches. */
export function Network() {
  const { data, error, refetch } = useQuery<Uplink>({
    queryKey: keys.uplink,
    refetchInterval: ({ state }) => (state.data && isAsking(state.data) ? SOON_MS : EVERY_MS),
    queryFn: ({ signal }) => api.get<Uplink>('/admin/uplink', {}, { signal }),
  })
  const client = useQueryClient()
  const now = data?.uplink.state
  // A blind time has begun or ended: the list below would say otherwise until it is asked again.
  useEffect(() => {
    if (now) void client.invalidateQueries({ queryKey: keys.blindPeriods().slice(0, 1) })
  }, [client, now])
  return (
    <SettingsFrame
      title="Network"
      lead="When this appliance’s own line fails, everything seems down. Anchors tell the difference, so that nobody is paged for it."
    >
      {data ? (
        <div className="space-y-4">
          <StateCard state={data} />
          <Editor state={data} />
          <BlindTimes of="local" />
        </div>
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={4} />
      )}
    </SettingsFrame>
  )
}
