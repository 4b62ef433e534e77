import {
  Activity,
  Bot,
  CircleAlert,
  HeartPulse,
  Inbox,
  LayoutDashboard,
  type LucideIcon,
  Megaphone,
  PanelsTopLeft,
  PhoneCall,
  Wrench,
} from 'lucide-react'

export type NavItem = {
  label: string
  to:
    | '/overview'
    | '/monitors'
    | '/heartbeats'
    | '/ai-heartbeats'
    | '/incidents'
    | '/on-call'
    | '/notifications'
    | '/channels'
    | '/maintenance'
    | '/status-pages'
  icon: LucideIcon
  /** Among the tabs of phones, where there is room for four: what somebody needs who was woken up. */
  tab?: true
}
export const navGroups: readonly { title?: string; items: readonly NavItem[] }[] = [
  {
    items: [
      { label: 'Overview', to: '/overview', icon: LayoutDashboard, tab: true },
      { label: 'Inbox', to: '/notifications', icon: Inbox },
    ],
  },
  {
    title: 'Monitor',
    items: [
      { label: 'Monitors', to: '/monitors', icon: Activity, tab: true },
      { label: 'Heartbeats', to: '/heartbeats', icon: HeartPulse },
      { label: 'AI heartbeats', to: '/ai-heartbeats', icon: Bot },
    ],
  },
  {
    title: 'Respond',
    items: [
      { label: 'Incidents', to: '/incidents', icon: CircleAlert, tab: true },
      { label: 'On call', to: '/on-call', icon: PhoneCall, tab: true },
      { label: 'Channels', to: '/channels', icon: Megaphone },
      { label: 'Maintenance', to: '/maintenance', icon: Wrench },
    ],
  },
  { title: 'Share', items: [{ label: 'Status pages', to: '/status-pages', icon: PanelsTopLeft }] },
]
export const navItems = navGroups.flatMap(({ items }) => items)

/** What waits for the person who looks, by the place where it is. */
export type Badges = { active: number; unread: number }
/** How much waits there, in few figures, and what that is for who cannot see where it stands. */
export function badgeOf(to: NavItem['to'], { active, unread }: Badges): { text: string; says: string } | null {
  const [number, says] = to === '/incidents' ? [active, 'open'] : to === '/notifications' ? [unread, 'unread'] : [0, '']
  return number > 0 ? { text: number > 99 ? '99+' : String(number), says } : null
}
