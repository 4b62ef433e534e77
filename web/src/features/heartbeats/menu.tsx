import { Link, useNavigate } from '@tanstack/react-router'
import { Copy, Ellipsis, KeyRound, Pause, Pencil, Play, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Heartbeat } from '@/types'
import { Button, IconButton } from '@/ui/button'
import { ConfirmDialog } from '@/ui/dialog'
import { Menu, MenuItem, MenuLink, MenuSeparator } from '@/ui/menu'
import { useHeartbeatActions } from './actions'

type Target = Pick<Heartbeat, 'id' | 'name' | 'enabled'>

/** Asks before a new address is made: the one in use ends with it. */
export function RotateDialog({ heartbeat, open, onClose }: { heartbeat: Target; open: boolean; onClose: () => void }) {
  const { rotate } = useHeartbeatActions()
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={`New address for “${heartbeat.name}”?`}
      effect="The one that is in use now stops working at once. Whatever calls it has to be given the new one."
      action="Make new address"
      onConfirm={() => rotate(heartbeat)}
    />
  )
}

/** Everything that can be done with one heartbeat. `brief`: the page has buttons for pausing and editing itself. */
export function HeartbeatMenu({
  heartbeat,
  brief,
  onDeleted,
}: {
  heartbeat: Target
  brief?: boolean
  onDeleted?: () => void
}) {
  const { pause, resume, clone, remove } = useHeartbeatActions()
  const navigate = useNavigate()
  const [asking, setAsking] = useState<'delete' | 'rotate' | null>(null)
  const close = () => setAsking(null)
  const copy = async () => {
    const made = await clone(heartbeat)
    if (made) await navigate({ to: '/heartbeats/$id/edit', params: { id: made.id } })
  }
  const trigger = brief ? (
    <Button aria-label="More actions" className="px-2.5">
      <Ellipsis />
    </Button>
  ) : (
    <IconButton label={`Actions for ${heartbeat.name}`}>
      <Ellipsis />
    </IconButton>
  )
  return (
    <>
      <Menu trigger={trigger}>
        {!brief && (
          <>
            <MenuItem onSelect={() => void (heartbeat.enabled ? pause(heartbeat) : resume(heartbeat))}>
              {heartbeat.enabled ? <Pause /> : <Play />}
              {heartbeat.enabled ? 'Pause' : 'Resume'}
            </MenuItem>
            <MenuLink render={<Link to="/heartbeats/$id/edit" params={{ id: heartbeat.id }} />}>
              <Pencil /> Edit
            </MenuLink>
          </>
        )}
        <MenuItem onSelect={() => void copy()}>
          <Copy /> Clone
        </MenuItem>
        <MenuItem onSelect={() => setAsking('rotate')}>
          <KeyRound /> New address…
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger onSelect={() => setAsking('delete')}>
          <Trash2 /> Delete…
        </MenuItem>
      </Menu>
      <RotateDialog heartbeat={heartbeat} open={asking === 'rotate'} onClose={close} />
      <ConfirmDialog
        open={asking === 'delete'}
        onClose={close}
        title={`Delete “${heartbeat.name}”?`}
        effect="Its address stops working, and its pings and runs are deleted. Its incidents stay, without the heartbeat. This cannot be undone."
        action="Delete heartbeat"
        onConfirm={() => remove(heartbeat).then(onDeleted)}
      />
    </>
  )
}
