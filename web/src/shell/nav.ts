import { Activity, CircleAlert, LayoutDashboard, type LucideIcon, Megaphone, PanelsTopLeft } from 'lucide-react'

export type NavItem = {
  label: string
  to: '/overview' | '/monitors' | '/incidents' | '/channels' | '/status-pages'
  icon: LucideIcon
}
export const navGroups: readonly { title?: string; items: readonly NavItem[] }[] = [
  { items: [{ label: 'Overview', to: '/overview', icon: LayoutDashboard }] },
  { title: 'Monitor', items: [{ label: 'Monitors', to: '/monitors', icon: Activity }] },
  {
    title: 'Respond',
    items: [
      { label: 'Incidents', to: '/incidents', icon: CircleAlert },
      { label: 'Channels', to: '/channels', icon: Megaphone },
    ],
  },
  { title: 'Share', items: [{ label: 'Status pages', to: '/status-pages', icon: PanelsTopLeft }] },
]
export const navItems = navGroups.flatMap(({ items }) => items)
