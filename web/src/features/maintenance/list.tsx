import { useMutation, useQuery } from '@tanstack/react-query'
import { Ellipsis, Wrench } from 'lucide-react'
import { useState } from 'react'
import { api, sentenceOf } from '@/api'
import { useCan } from '@/session'
import { Page } from '@/shell/page'
import { Button, IconButton } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { ConfirmDialog } from '@/ui/dialog'
import { plural, sentence } from '@/ui/format'
import { Menu, MenuItem } from '@/ui/menu'
import { EmptyState, ErrorState, SkeletonRows } from '@/ui/states'
import { Glyph } from '@/ui/status'
import { At } from '@/ui/time'
import { toast } from '@/ui/toast'
import { useWindowsChanged, windowsQuery } from './queries'
import type { MaintenanceWindow } from './types'
import { WindowDialog } from './window-dialog'
import { repeatWords, scopeWords } from './words'

const GROUPS = [
  { status: 'active', title: 'Active' },
  { status: 'scheduled', title: 'Scheduled' },
  { status: 'ended', title: 'Ended' },
] as const

function When({ window: { active_until, next, ends_at } }: { window: MaintenanceWindow }) {
  if (active_until)
    return (
      <>
        until <At at={active_until} />
      </>
    )
  if (next)
    return (
      <>
        <At at={next.from} /> – <At at={next.until} />
      </>
    )
  return ends_at ? (
    <>
      ended <At at={ends_at} />
    </>
  ) : (
    'over'
  )
}

function Actions({ window, onEdit }: { window: MaintenanceWindow; onEdit: () => void }) {
  const changed = useWindowsChanged()
  const [deleting, setDeleting] = useState(false)
  const { id, name, status } = window
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.post(`/maintenance-windows/${id}/end`, {}),
    onSuccess: () => {
      changed()
      toast('Maintenance ended', { description: name })
    },
    onError: (error) => toast('It could not be ended', { description: sentence(sentenceOf(error)) }),
  })
  return (
    <div className="flex items-center gap-1">
      {status === 'active' && (
        <Button size="sm" busy={isPending} onClick={() => mutate()}>
          End now
        </Button>
      )}
      <Menu
        trigger={
          <IconButton label={`More actions for ${name}`}>
            <Ellipsis />
          </IconButton>
        }
      >
        {status !== 'ended' && <MenuItem onSelect={onEdit}>Edit…</MenuItem>}
        <MenuItem danger onSelect={() => setDeleting(true)}>
          Delete…
        </MenuItem>
      </Menu>
      <ConfirmDialog
        open={deleting}
        onClose={() => setDeleting(false)}
        title={`Delete “${name}”?`}
        effect={
          status === 'active'
            ? 'It ends at once: people are called again for what is down. The time so far stays maintenance.'
            : 'It will not come again. What was maintenance stays so in the history.'
        }
        action="Delete maintenance"
        onConfirm={() => api.del(`/maintenance-windows/${id}`).then(changed)}
      />
    </div>
  )
}

function Row({ window, onEdit }: { window: MaintenanceWindow; onEdit: () => void }) {
  const mayWrite = useCan('monitors:write')
  const { name, description, scope, status } = window
  const repeats = repeatWords(window)
  return (
    <li className="flex items-start gap-3 px-4 py-3">
      <Glyph
        status={status === 'active' ? 'maintenance' : status === 'scheduled' ? 'pending' : 'paused'}
        className="mt-0.5"
      />
      <div className="min-w-0 flex-1">
        <p className="text-sm font-medium wrap-anywhere">{name}</p>
        <p className="text-xs text-muted wrap-anywhere">
          {scopeWords(scope)} · <When window={window} />
        </p>
        {repeats && <p className="text-xs text-subtle wrap-anywhere">{repeats}</p>}
        {description && <p className="mt-0.5 text-xs text-subtle whitespace-pre-line wrap-anywhere">{description}</p>}
      </div>
      {mayWrite && <Actions window={window} onEdit={onEdit} />}
    </li>
  )
}

/** When something is worked on: now, later, and before. */
export function MaintenanceList() {
  const [editing, setEditing] = useState<MaintenanceWindow | 'new' | null>(null)
  const mayWrite = useCan('monitors:write')
  const { data, error, refetch } = useQuery(windowsQuery)
  const add = mayWrite && (
    <Button variant="primary" onClick={() => setEditing('new')}>
      <Wrench />
      New maintenance
    </Button>
  )
  const groups = GROUPS.flatMap(({ status, title }) => {
    const items = data?.items.filter((window) => window.status === status) ?? []
    return items.length > 0 ? [{ status, title, items }] : []
  })
  return (
    <Page title="Maintenance" actions={data && data.items.length > 0 && add}>
      {!data ? (
        error ? (
          <ErrorState error={error} retry={refetch} title="Maintenance could not be loaded" />
        ) : (
          <SkeletonRows rows={3} />
        )
      ) : groups.length === 0 ? (
        <EmptyState icon={<Wrench />} title="No maintenance yet" action={add}>
          While something is worked on, checks go on and nobody is called. That time does not count as down.
        </EmptyState>
      ) : (
        <div className="grid gap-4">
          {groups.map(({ status, title, items }) => (
            <Card key={status} aria-labelledby={`maintenance-${status}`}>
              <CardHead id={`maintenance-${status}`} title={title} hint={plural(items.length, 'window')} />
              <ul aria-label={title} className="divide-y divide-line">
                {items.map((window) => (
                  <Row key={window.id} window={window} onEdit={() => setEditing(window)} />
                ))}
              </ul>
            </Card>
          ))}
        </div>
      )}
      {editing && <WindowDialog window={editing === 'new' ? undefined : editing} onClose={() => setEditing(null)} />}
    </Page>
  )
}
