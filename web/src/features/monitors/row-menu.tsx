import { Link, useNavigate } from '@tanstack/react-router'
import { Copy, Ellipsis, Pause, Pencil, Play, RotateCw, Trash2, Wrench } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import type { Monitor } from '@/types'
import { Button, IconButton } from '@/ui/button'
import { ConfirmDialog } from '@/ui/dialog'
import { Menu, MenuItem, MenuLink, MenuSeparator } from '@/ui/menu'
import { useMonitorActions } from './actions'
import { traitsOf } from './type-groups'

const StartMaintenance = lazy(() => import('@/features/maintenance/start'))

type Target = Pick<Monitor, 'id' | 'name' | 'type' | 'enabled'>

export function DeleteMonitor({
  monitor,
  open,
  onClose,
  onDone,
}: {
  monitor: Target
  open: boolean
  onClose: () => void
  onDone?: () => void
}) {
  const { remove } = useMonitorActions()
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={`Delete “${monitor.name}”?`}
      effect="Its checks stop and its history of 90 days is deleted. Its incidents stay, without the monitor. This cannot be undone."
      action="Delete monitor"
      onConfirm={() => remove(monitor).then(onDone)}
    />
  )
}

/**
 * Everything that can be done with one monitor. `brief`: the page has buttons for checking, pausing and editing itself.
 */
export function MonitorMenu({
  monitor,
  brief,
  onDeleted,
}: {
  monitor: Target
  brief?: boolean
  onDeleted?: () => void
}) {
  const { pause, resume, check, clone } = useMonitorActions()
  const navigate = useNavigate()
  const [deleting, setDeleting] = useState(false)
  const [maintaining, setMaintaining] = useState(false)
  const copy = async () => {
    const made = await clone(monitor)
    if (made) await navigate({ to: '/monitors/$id/edit', params: { id: made.id } })
  }
  const trigger = brief ? (
    <Button aria-label="More actions" className="px-2.5">
      <Ellipsis />
    </Button>
  ) : (
    <IconButton label={`Actions for ${monitor.name}`}>
      <Ellipsis />
    </IconButton>
  )
  return (
    <>
      <Menu trigger={trigger}>
        {!brief && (
          <>
            {traitsOf(monitor.type).check && (
              <MenuItem disabled={!monitor.enabled} onSelect={() => void check(monitor)}>
                <RotateCw /> Check now
              </MenuItem>
            )}
            <MenuItem onSelect={() => void (monitor.enabled ? pause(monitor) : resume(monitor))}>
              {monitor.enabled ? <Pause /> : <Play />}
              {monitor.enabled ? 'Pause' : 'Resume'}
            </MenuItem>
            <MenuLink render={<Link to="/monitors/$id/edit" params={{ id: monitor.id }} />}>
              <Pencil /> Edit
            </MenuLink>
          </>
        )}
        <MenuItem onSelect={() => void copy()}>
          <Copy /> Clone
        </MenuItem>
        <MenuItem onSelect={() => setMaintaining(true)}>
          <Wrench /> Start maintenance…
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger onSelect={() => setDeleting(true)}>
          <Trash2 /> Delete…
        </MenuItem>
      </Menu>
      <DeleteMonitor monitor={monitor} open={deleting} onClose={() => setDeleting(false)} onDone={onDeleted} />
      {maintaining && (
        <Suspense>
          <StartMaintenance monitor={monitor} onClose={() => setMaintaining(false)} />
        </Suspense>
      )}
    </>
  )
}
