import { Link } from '@tanstack/react-router'
import { ChevronsUpDown, Ellipsis, LogOut, Search, Settings } from 'lucide-react'
import { useMe } from '@/session'
import { Menu, MenuItem, MenuLabel, MenuLink, MenuSeparator } from '@/ui/menu'
import { LiveChip } from './live-chip'
import { Logo } from './logo'
import { type Badges, badgeOf, navItems } from './nav'
import { ThemeRow, useSignOut } from './user-menu'
import { WorkspaceMenu } from './workspace-menu'

export function PhoneHeader({ onSearch }: { onSearch: () => void }) {
  const { tenant } = useMe()
  return (
    <header className="flex h-13 shrink-0 items-center gap-2.5 border-b border-line bg-canvas ps-4 pe-2 md:hidden">
      <Logo />
      <WorkspaceMenu
        plain={<span className="min-w-0 flex-1 truncate text-lg font-semibold">{tenant.name}</span>}
        trigger={
          <button type="button" className="flex h-11 min-w-0 flex-1 items-center gap-1.5 text-start">
            <span className="truncate text-lg font-semibold">{tenant.name}</span>
            <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-subtle" />
          </button>
        }
      />
      <LiveChip compact />
      <button
        type="button"
        onClick={onSearch}
        aria-label="Search or jump to"
        className="grid size-11 place-items-center rounded-sm text-muted"
      >
        <Search className="size-5" strokeWidth={1.75} />
      </button>
    </header>
  )
}

const tab =
  'relative flex h-14 min-w-0 flex-col items-center justify-center gap-0.5 text-2xs text-subtle -outline-offset-2 [&.active]:font-medium [&.active]:text-fg [&_svg]:size-5'

/** How much waits there, at the corner of a tab's picture. */
const Corner = ({ badge, says }: { badge: string; says: string }) => (
  <span className="absolute top-1 left-1/2 ms-2 grid h-4 min-w-4 place-items-center rounded-full bg-danger px-1 text-[10px] font-semibold text-on-danger">
    {badge}
    <span className="sr-only"> {says}</span>
  </span>
)

/** The places people need with one hand; the rest is behind “More”. */
export function PhoneTabs({ badges }: { badges: Badges }) {
  const leave = useSignOut()
  const { name } = useMe()
  const tabs = navItems.filter(({ tab }) => tab)
  const rest = navItems.filter(({ tab }) => !tab)
  const unread = badgeOf('/notifications', badges)
  return (
    <nav
      aria-label="Tabs"
      className="grid shrink-0 grid-cols-5 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {tabs.map((item) => {
        const badge = badgeOf(item.to, badges)
        return (
          <Link key={item.to} to={item.to} className={tab}>
            <item.icon aria-hidden strokeWidth={1.75} />
            {item.label}
            {badge && <Corner badge={badge.text} says={badge.says} />}
          </Link>
        )
      })}
      <Menu
        side="top"
        className="w-64"
        trigger={
          <button type="button" className={tab}>
            <Ellipsis aria-hidden strokeWidth={1.75} />
            More
            {unread && <Corner badge={unread.text} says="unread in the inbox" />}
          </button>
        }
      >
        <MenuLabel>{name}</MenuLabel>
        {rest.map((item) => (
          <MenuLink key={item.to} render={<Link to={item.to} />}>
            <item.icon />
            <span className="flex-1">{item.label}</span>
            {item.to === '/notifications' && unread && (
              <span className="rounded-full bg-accent-soft px-1.5 text-xs font-medium text-accent tabular-nums">
                {unread.text}
                <span className="sr-only"> unread</span>
              </span>
            )}
          </MenuLink>
        ))}
        <MenuLink render={<Link to="/settings/profile" />}>
          <Settings />
          Settings
        </MenuLink>
        <ThemeRow />
        <MenuSeparator />
        <MenuItem onSelect={() => void leave()}>
          <LogOut />
          Sign out
        </MenuItem>
      </Menu>
    </nav>
  )
}
