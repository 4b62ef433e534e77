import { Link, useNavigate } from '@tanstack/react-router'
import { Copy, Ellipsis, KeyRound, Pause, Pencil, Play, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button, IconButton } from '@/ui/button'
import { ConfirmDialog } from '@/ui/dialog'
import { Menu, MenuItem, MenuLink, MenuSeparator } from '@/ui/menu'
import { useAgentActions } from './actions'
import type { Agent } from './types'

type Target = Pick<Agent, 'id' | 'name' | 'enabled'>

/** Asks before a new address is made: the one in use ends with it. */
export function RotateDialog({ agent, open, onClose }: { agent: Target; open: boolean; onClose: () => void }) {
  const { rotate } = useAgentActions()
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={`New address for “${agent.name}”?`}
      effect="The one that is in use now stops working at once. Every agent that reports to it has to be given the new one."
      action="Make new address"
      onConfirm={() => rotate(agent)}
    />
  )
}

/** Everything that can be done with one. `brief`: the page has buttons for pausing and editing itself. */
export function AgentMenu({ agent, brief, onDeleted }: { agent: Target; brief?: boolean; onDeleted?: () => void }) {
  const { pause, resume, clone, remove } = useAgentActions()
  const navigate = useNavigate()
  const [asking, setAsking] = useState<'delete' | 'rotate' | null>(null)
  const close = () => setAsking(null)
  const copy = async () => {
    const made = await clone(agent)
    if (made) await navigate({ to: '/ai-heartbeats/$id/edit', params: { id: made.id } })
  }
  const trigger = brief ? (
    <Button aria-label="More actions" className="px-2.5">
      <Ellipsis />
    </Button>
  ) : (
    <IconButton label={`Actions for ${agent.name}`}>
      <Ellipsis />
    </IconButton>
  )
  return (
    <>
      <Menu trigger={trigger}>
        {!brief && (
          <>
            <MenuItem onSelect={() => void (agent.enabled ? pause(agent) : resume(agent))}>
              {agent.enabled ? <Pause /> : <Play />}
              {agent.enabled ? 'Pause' : 'Resume'}
            </MenuItem>
            <MenuLink render={<Link to="/ai-heartbeats/$id/edit" params={{ id: agent.id }} />}>
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
      <RotateDialog agent={agent} open={asking === 'rotate'} onClose={close} />
      <ConfirmDialog
        open={asking === 'delete'}
        onClose={close}
        title={`Delete “${agent.name}”?`}
        effect="Its address stops working, and its runs and what was learned from them are deleted. Its incidents stay, without it. This cannot be undone."
        action="Delete AI heartbeat"
        onConfirm={() => remove(agent).then(onDeleted)}
      />
    </>
  )
}
