import { Ellipsis, Pencil, Trash2 } from 'lucide-react'
import type { ReactElement } from 'react'
import { IconButton } from '@/ui/button'
import { Menu, MenuItem, MenuLink } from '@/ui/menu'

/** What else can be done with one row: edit it (`to` is the link there) or delete it. */
export const EditMenu = ({ name, to, onDelete }: { name: string; to: ReactElement; onDelete: () => void }) => (
  <Menu
    trigger={
      <IconButton label={`More actions for ${name}`}>
        <Ellipsis />
      </IconButton>
    }
  >
    <MenuLink render={to}>
      <Pencil />
      Edit
    </MenuLink>
    <MenuItem danger onSelect={onDelete}>
      <Trash2 />
      Delete
    </MenuItem>
  </Menu>
)
