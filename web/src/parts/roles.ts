import type { Role } from '@/types'

export const roleName: Record<Role, string> = { viewer: 'Viewer', member: 'Member', admin: 'Admin', owner: 'Owner' }
export const roleText: Record<Role, string> = {
  viewer: 'Sees everything, changes nothing.',
  member: 'Also responds to incidents and changes monitors, channels and status pages.',
  admin: 'Also invites people and changes the workspace.',
  owner: 'May do everything.',
}
