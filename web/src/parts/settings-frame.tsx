import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import { Page } from '@/shell/page'

const places = [
  ['/settings/profile', 'Profile'],
  ['/settings/sessions', 'Sessions'],
  ['/settings/tokens', 'API tokens'],
  ['/settings/appearance', 'Appearance'],
  ['/settings/workspace', 'Workspace'],
  ['/settings/members', 'Members'],
] as const

/** Every settings page: the list of pages beside the content, above it on phones. */
export function SettingsFrame({
  title,
  lead,
  actions,
  children,
}: {
  title: string
  lead?: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  const nav = useRef<HTMLElement>(null)
  // On phones the list is wider than the screen, and the open page may be at its end.
  useEffect(() => {
    const open = nav.current?.querySelector<HTMLElement>('[aria-current]')
    if (open) nav.current?.scrollTo({ left: open.offsetLeft - 80 })
  }, [])
  return (
    <Page title="Settings" tab={`${title}, settings`} narrow>
      <div className="grid gap-x-8 gap-y-5 md:grid-cols-[180px_minmax(0,1fr)]">
        <nav
          ref={nav}
          aria-label="Settings"
          className="relative -mx-4 overflow-x-auto px-4 [scrollbar-width:none] md:mx-0 md:px-0"
        >
          <ul className="flex gap-1 md:block md:space-y-px">
            {places.map(([to, label]) => (
              <li key={to}>
                <Link
                  to={to}
                  className="flex h-8 items-center rounded-sm px-2.5 text-sm whitespace-nowrap text-muted -outline-offset-2 hover:bg-hover hover:text-fg coarse:h-11 [&.active]:bg-active [&.active]:font-medium [&.active]:text-fg"
                >
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="min-w-0 max-w-3xl">
          <div className="mb-4 flex flex-wrap items-end gap-x-4 gap-y-3">
            <div className="min-w-0 flex-1 basis-60">
              <h2 className="text-lg">{title}</h2>
              {lead && <p className="mt-0.5 text-sm text-muted">{lead}</p>}
            </div>
            {actions}
          </div>
          {children}
        </div>
      </div>
    </Page>
  )
}
