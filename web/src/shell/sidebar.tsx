import { Link } from '@tanstack/react-router'
import { ChevronsUpDown, Search } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { useMe } from '@/session'
import { Avatar, Kbd } from '@/ui/bits'
import { LiveChip } from './live-chip'
import { Logo } from './logo'
import { type Badges, badgeOf, type NavItem, navGroups } from './nav'
import { commandKey } from './shortcut-list'
import { UserMenu } from './user-menu'
import { WorkspaceMenu } from './workspace-menu'

const OnCallChip = lazy(() => import('@/features/on-call/chip'))

const row =
  'flex h-7.5 items-center gap-2.5 rounded-sm px-2 text-sm text-muted transition-colors duration-(--fast) hover:bg-hover hover:text-fg coarse:h-10 [&.active]:bg-active [&.active]:font-medium [&.active]:text-fg [&_svg]:size-4 [&_svg]:shrink-0'

function Entry({ item, badges }: { item: NavItem; badges: Badges }) {
  const badge = badgeOf(item.to, badges)
  const tone = item.to === '/incidents' ? 'bg-down-soft text-down' : 'bg-accent-soft text-accent'
  return (
    <li>
      <Link to={item.to} className={row}>
        <item.icon aria-hidden strokeWidth={1.75} />
        <span className="flex-1">{item.label}</span>
        {badge && (
          <span className={`rounded-full px-1.5 text-2xs font-medium tabular-nums ${tone}`}>
            {badge.text}
            <span className="sr-only"> {badge.says}</span>
          </span>
        )}
      </Link>
    </li>
  )
}

type Props = { badges: Badges; onSearch: () => void; onHelp: () => void }
export function Sidebar({ badges, onSearch, onHelp }: Props) {
  const { name, tenant } = useMe()
  const workspace = (
    <span title={tenant.name} className="min-w-0 flex-1 truncate text-sm font-semibold">
      {tenant.name}
    </span>
  )
  return (
    <aside className="hidden w-(--sidebar) shrink-0 flex-col border-e border-line bg-canvas md:flex">
      <div className="flex h-13 shrink-0 items-center px-3">
        <WorkspaceMenu
          plain={
            <div className="flex min-w-0 flex-1 items-center gap-2.5 px-1.5">
              <Logo />
              {workspace}
            </div>
          }
          trigger={
            <button
              type="button"
              className="flex h-9 min-w-0 flex-1 items-center gap-2.5 rounded-sm px-1.5 text-start hover:bg-hover data-popup-open:bg-active coarse:h-11"
            >
              <Logo />
              {workspace}
              <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-subtle" />
            </button>
          }
        />
      </div>
      <div className="px-3 pb-2">
        <button
          type="button"
          onClick={onSearch}
          className="flex h-8 w-full items-center gap-2 rounded-sm border border-line bg-surface px-2 text-sm text-subtle shadow-xs hover:border-line-strong coarse:h-10"
        >
          <Search aria-hidden className="size-3.5" />
          <span className="flex-1 text-start">Search or jump to</span>
          <Kbd>{commandKey}</Kbd>
        </button>
      </div>
      <nav aria-label="Main" className="flex-1 overflow-y-auto px-3 pb-3">
        {navGroups.map((group, i) => (
          <div key={group.title ?? 'top'} className={i ? 'mt-4' : ''}>
            {group.title && <div className="mb-1 px-2 text-2xs font-medium text-subtle">{group.title}</div>}
            <ul className="space-y-px">
              {group.items.map((item) => (
                <Entry key={item.to} item={item} badges={badges} />
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <Suspense>
        <OnCallChip />
      </Suspense>
      <div className="border-t border-line p-3">
        <div className="px-2 pb-2">
          <LiveChip />
        </div>
        <UserMenu
          onHelp={onHelp}
          trigger={
            <button
              type="button"
              className="flex h-9 w-full items-center gap-2.5 rounded-sm px-1.5 text-start hover:bg-hover data-popup-open:bg-active coarse:h-11"
            >
              <Avatar name={name} size={24} />
              <span className="min-w-0 flex-1 truncate text-sm">
                {name}
                <span className="sr-only">, account menu</span>
              </span>
              <ChevronsUpDown aria-hidden className="size-3.5 text-subtle" />
            </button>
          }
        />
      </div>
    </aside>
  )
}
