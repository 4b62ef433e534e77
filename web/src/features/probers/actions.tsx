import { Ellipsis, KeyRound, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import type { Prober } from '@/types'
import { IconButton } from '@/ui/button'
import { ConfirmDialog } from '@/ui/dialog'
import { Menu, MenuItem, MenuSeparator } from '@/ui/menu'
import { toast } from '@/ui/toast'
import { EditProber, RotateToken } from './forms'
import { useRenewProbers } from './queries'
import { lossWords } from './words'

type What = 'edit' | 'rotate' | 'delete'
type Doing = { what: What; prober: Prober }

/** What can be done with a prober: how to begin it, and the dialog that is open. */
export function useProberActions(onDeleted?: () => void) {
  const renew = useRenewProbers()
  const [doing, setDoing] = useState<Doing | null>(null)
  // The words stay while the dialog fades out.
  const [last, setLast] = useState<Prober | null>(null)
  const close = () => setDoing(null)
  const begin = (what: What, prober: Prober) => {
    setLast(prober)
    setDoing({ what, prober })
  }
  const dialogs = (
    <>
      {doing?.what === 'edit' && <EditProber prober={doing.prober} onClose={close} />}
      {doing?.what === 'rotate' && <RotateToken prober={doing.prober} onClose={close} />}
      <ConfirmDialog
        open={doing?.what === 'delete'}
        onClose={close}
        title={`Delete ${last?.name}?`}
        effect={last && lossWords(last)}
        action="Delete prober"
        onConfirm={async () => {
          if (!last) return
          await api.del(`/probers/${last.id}`)
          onDeleted?.()
          await renew()
          toast('Prober deleted')
        }}
      />
    </>
  )
  return { begin, dialogs }
}

export const ProberMenu = ({ prober, begin }: { prober: Prober; begin: (what: What, prober: Prober) => void }) => (
  <Menu
    trigger={
      <IconButton label={`More actions for ${prober.name}`}>
        <Ellipsis />
      </IconButton>
    }
  >
    <MenuItem onSelect={() => begin('edit', prober)}>
      <Pencil />
      Edit
    </MenuItem>
    <MenuItem onSelect={() => begin('rotate', prober)}>
      <KeyRound />
      New token
    </MenuItem>
    <MenuSeparator />
    <MenuItem danger onSelect={() => begin('delete', prober)}>
      <Trash2 />
      Delete
    </MenuItem>
  </Menu>
)
