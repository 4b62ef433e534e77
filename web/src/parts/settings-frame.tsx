import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import { useMe } from '@/session'
import { Page } from '@/shell/page'
import type { Permission } from '@/types'

type Place = { to: string; label: string; can?: Permission }
/** Whom the settings are about; a place that asks for a permission is shown to those who have it. */
const groups: readonly { title: string; places: readonly Place[] }[] = [
  {
    title: 'You',
    places: [
      { to: '/settings/profile', label: 'Profile' },
      { to: '/settings/notifications', label: 'Notifications' },
      { to: '/settings/security', label: 'Security' },
      { to: '/settings/sessions', label: 'Sessions' },
      { to: '/settings/tokens', label: 'API tokens' },
      { to: '/settings/appearance', label: 'Appearance' },
    ],
  },
  {
    title: 'Workspace',
    places: [
      { to: '/settings/workspace', label: 'General' },
      { to: '/settings/members', label: 'Members' },
      { to: '/settings/integrations', label: 'Integrations' },
      { to: '/settings/sso', label: 'Single sign-on', can: 'sso:write' },
      { to: '/settings/apps', label: 'Apps', can: 'oauth_clients:write' },
      { to: '/settings/probers', label: 'Probers', can: 'probers:write' },
    ],
  },
  {
    title: 'Appliance',
    places: [
      { to: '/settings/sign-in', label: 'Sign-in providers', can: 'instance:admin' },
      { to: '/settings/network', label: 'Network', can: 'instance:admin' },
    ],
  },
]

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
  const { permissions } = useMe()
  const nav = useRef<HTMLElement>(null)
  const shown = groups
    .map(({ title, places }) => ({ title, places: places.filter(({ can }) => !can || permissions.includes(can)) }))
    .filter(({ places }) => places.length > 0)
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
          <div className="flex gap-1 md:block md:space-y-4">
            {shown.map(({ title: group, places }) => (
              <div key={group} className="flex gap-1 md:block">
                <div id={`settings-${group}`} className="mb-1 hidden px-2.5 text-2xs font-medium text-subtle md:block">
                  {group}
                </div>
                <ul aria-labelledby={`settings-${group}`} className="flex gap-1 md:block md:space-y-px">
                  {places.map(({ to, label }) => (
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
              </div>
            ))}
          </div>
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
