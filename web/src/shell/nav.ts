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
    | '/status-pages'
  icon: LucideIcon
  /** Among the tabs of phones, where there is room for four. */
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
      { label: 'Heartbeats', to: '/heartbeats', icon: HeartPulse, tab: true },
      { label: 'AI heartbeats', to: '/ai-heartbeats', icon: Bot },
    ],
  },
  {
    title: 'Respond',
    items: [
      { label: 'Incidents', to: '/incidents', icon: CircleAlert, tab: true },
      { label: 'On call', to: '/on-call', icon: PhoneCall },
      { label: 'Channels', to: '/channels', icon: Megaphone },
    ],
  },
  { title: 'Share', items: [{ label: 'Status pages', to: '/status-pages', icon: PanelsTopLeft }] },
]
export const navItems = navGroups.flatMap(({ items }) => items)
