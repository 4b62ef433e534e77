import { Dialog } from '@base-ui/react/dialog'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { Keyboard, LogOut, Monitor, Moon, Plus, Settings, Sun } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import { useCan } from '@/session'
import { setTheme } from '@/theme'
import type { MonitorListItem, Page } from '@/types'
import { Glyph, statusLabel } from '@/ui/status'
import { navItems } from './nav'
import { useSignOut } from './user-menu'

const DEBOUNCE_MS = 150
const FOUND = 8

function useFound(typed: string, open: boolean): MonitorListItem[] {
  const [q, setQ] = useState('')
  useEffect(() => {
    const wait = setTimeout(() => setQ(typed.trim()), DEBOUNCE_MS)
    return () => clearTimeout(wait)
  }, [typed])
  const query = { q, per_page: FOUND }
  const { data } = useQuery({
    queryKey: keys.monitors(query),
    enabled: open && q !== '',
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<Page<MonitorListItem>>('/monitors', query, { signal }),
  })
  return q === '' ? [] : (data?.items ?? [])
}

type Act = { id: string; label: string; icon: ReactNode; words?: string; run: () => void }
const Group = ({ title, acts, run }: { title: string; acts: Act[]; run: (act: Act) => void }) => (
  <Command.Group heading={title}>
    {acts.map((act) => (
      <Command.Item
        key={act.id}
        value={act.label}
        keywords={act.words?.split(' ')}
        onSelect={() => run(act)}
        className={item}
      >
        {act.icon}
        {act.label}
      </Command.Item>
    ))}
  </Command.Group>
)
const item =
  'flex min-h-9 cursor-default items-center gap-2.5 rounded-sm px-2.5 text-sm text-fg select-none data-[selected=true]:bg-raised-hover coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-subtle'

function useActs(onHelp: () => void) {
  const navigate = useNavigate()
  const leave = useSignOut()
  const may = {
    monitors: useCan('monitors:write'),
    channels: useCan('channels:write'),
    pages: useCan('status_pages:write'),
  }
  const create: (Act | false)[] = [
    may.monitors && {
      id: 'new-monitor',
      label: 'New monitor',
      words: 'add create check',
      icon: <Plus />,
      run: () => navigate({ to: '/monitors/new' }),
    },
    may.channels && {
      id: 'new-channel',
      label: 'New channel',
      words: 'add create notification',
      icon: <Plus />,
      run: () => navigate({ to: '/channels/new' }),
    },
    may.pages && {
      id: 'new-page',
      label: 'New status page',
      words: 'add create public',
      icon: <Plus />,
      run: () => navigate({ to: '/status-pages/new' }),
    },
  ]
  const go: Act[] = navItems.map(({ label, to, icon: Icon }) => ({
    id: to,
    label,
    icon: <Icon />,
    run: () => navigate({ to }),
  }))
  const places = [
    ['Profile', '/settings/profile', 'password email time zone'],
    ['Sessions', '/settings/sessions', 'devices signed in'],
    ['API tokens', '/settings/tokens', 'key automation'],
    ['Members', '/settings/members', 'invite people team'],
    ['Workspace', '/settings/workspace', 'name'],
    ['Probers', '/settings/probers', 'regions places'],
    ['Appearance', '/settings/appearance', 'theme shortcuts'],
  ] as const
  const settings: Act[] = places.map(([label, to, words]) => ({
    id: to,
    label,
    words: `settings ${words}`,
    icon: <Settings />,
    run: () => navigate({ to }),
  }))
  const other: Act[] = [
    { id: 'light', label: 'Light theme', words: 'appearance', icon: <Sun />, run: () => setTheme('light') },
    { id: 'dark', label: 'Dark theme', words: 'appearance', icon: <Moon />, run: () => setTheme('dark') },
    { id: 'auto', label: 'System theme', words: 'appearance auto', icon: <Monitor />, run: () => setTheme('auto') },
    { id: 'help', label: 'Keyboard shortcuts', words: 'keys help', icon: <Keyboard />, run: onHelp },
    { id: 'leave', label: 'Sign out', words: 'log out leave', icon: <LogOut />, run: () => void leave() },
  ]
  return { create: create.filter((act) => act !== false), go, settings, other }
}

/** Jump to a place, find a monitor, start something. Lives in our own dialog: the library's one breaks the security policy. */
export default function Palette({ open, onClose, onHelp }: { open: boolean; onClose: () => void; onHelp: () => void }) {
  const [typed, setTyped] = useState('')
  const found = useFound(typed, open)
  const navigate = useNavigate()
  const { create, go, settings, other } = useActs(onHelp)
  const close = () => {
    setTyped('')
    onClose()
  }
  const run = (act: { run: () => void }) => {
    close()
    act.run()
  }
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup
          aria-label="Search or jump to"
          className="fixed top-[10dvh] left-1/2 z-50 w-[min(600px,calc(100vw-24px))] -translate-x-1/2 overflow-hidden rounded-lg bg-raised shadow-pop outline-none md:top-[16dvh]"
        >
          <Command label="Search or jump to" loop>
            <Command.Input
              autoFocus
              value={typed}
              onValueChange={setTyped}
              placeholder="Search monitors or type a command"
              className="h-12 w-full border-b border-line bg-transparent px-4 text-md outline-none placeholder:text-subtle coarse:text-lg"
            />
            <Command.List className="max-h-[min(24rem,60dvh)] overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:text-subtle">
              {/* What the server has found is not counted by the list's own filter. */}
              {found.length === 0 && (
                <Command.Empty className="px-3 py-6 text-center text-sm text-subtle">
                  Nothing matches. Try the name or address of a monitor, or “new”.
                </Command.Empty>
              )}
              {found.length > 0 && (
                <Command.Group heading="Monitors" forceMount>
                  {found.map((monitor) => (
                    <Command.Item
                      key={monitor.id}
                      forceMount
                      value={`monitor ${monitor.id}`}
                      onSelect={() => run({ run: () => navigate({ to: '/monitors/$id', params: { id: monitor.id } }) })}
                      className={item}
                    >
                      <Glyph status={monitor.status} />
                      <span className="sr-only">{statusLabel[monitor.status]}</span>
                      <span className="truncate">{monitor.name}</span>
                      <span className="ms-auto min-w-0 truncate font-mono text-xs text-subtle">{monitor.target}</span>
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
              {create.length > 0 && <Group title="Create" acts={create} run={run} />}
              <Group title="Go to" acts={go} run={run} />
              <Group title="Settings" acts={settings} run={run} />
              <Group title="More" acts={other} run={run} />
            </Command.List>
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
