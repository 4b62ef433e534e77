import { Dialog } from '@base-ui/react/dialog'
import { useNavigate } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { Keyboard, LogOut, Monitor, Moon, PhoneCall, Plus, Settings, Sun } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useCan } from '@/session'
import { setTheme } from '@/theme'
import { Glyph } from '@/ui/status'
import { navItems } from './nav'
import { useFound } from './palette-found'
import { useSignOut } from './user-menu'

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
    heartbeats: useCan('heartbeats:write'),
    channels: useCan('channels:write'),
    pages: useCan('status_pages:write'),
    onCall: useCan('on_call:write'),
  }
  const create: (Act | false)[] = [
    may.monitors && {
      id: 'new-monitor',
      label: 'New monitor',
      words: 'add create check',
      icon: <Plus />,
      run: () => navigate({ to: '/monitors/new' }),
    },
    may.heartbeats && {
      id: 'new-heartbeat',
      label: 'New heartbeat',
      words: 'add create cron job backup',
      icon: <Plus />,
      run: () => navigate({ to: '/heartbeats/new' }),
    },
    may.heartbeats && {
      id: 'new-ai-heartbeat',
      label: 'New AI heartbeat',
      words: 'add create agent llm',
      icon: <Plus />,
      run: () => navigate({ to: '/ai-heartbeats/new' }),
    },
    may.channels && {
      id: 'new-channel',
      label: 'New channel',
      words: 'add create notification',
      icon: <Plus />,
      run: () => navigate({ to: '/channels/new' }),
    },
    may.onCall && {
      id: 'new-schedule',
      label: 'New on-call schedule',
      words: 'add create rotation shift',
      icon: <Plus />,
      run: () => navigate({ to: '/on-call/schedules/new' }),
    },
    may.onCall && {
      id: 'new-policy',
      label: 'New escalation policy',
      words: 'add create page steps',
      icon: <Plus />,
      run: () => navigate({ to: '/on-call/policies/new' }),
    },
    may.onCall && {
      id: 'new-rule',
      label: 'New routing rule',
      words: 'add create alert',
      icon: <Plus />,
      run: () => navigate({ to: '/on-call/rules/new' }),
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
  const responding = [
    ['Escalation policies', '/on-call/policies', 'on call steps'],
    ['Routing rules', '/on-call/rules', 'on call alert'],
    ['Simulator', '/on-call/simulator', 'on call who would be paged test'],
    ['Findings', '/on-call/findings', 'on call lint problems'],
  ] as const
  for (const [label, to, words] of responding)
    go.push({ id: to, label, words, icon: <PhoneCall />, run: () => navigate({ to }) })
  const places = [
    ['Profile', '/settings/profile', 'password email time zone'],
    ['Notifications', '/settings/notifications', 'quiet hours rules contact phone push'],
    ['Sessions', '/settings/sessions', 'devices signed in'],
    ['API tokens', '/settings/tokens', 'key automation'],
    ['Members', '/settings/members', 'invite people team'],
    ['Workspace', '/settings/workspace', 'name'],
    ['Integrations', '/settings/integrations', 'alertmanager grafana pagerduty opsgenie webhook'],
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
              placeholder="Search monitors and heartbeats, or type a command"
              className="h-12 w-full border-b border-line bg-transparent px-4 text-md outline-none placeholder:text-subtle coarse:text-lg"
            />
            <Command.List className="max-h-[min(24rem,60dvh)] overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:text-subtle">
              {/* What the server has found is not counted by the list's own filter. */}
              {found.length === 0 && (
                <Command.Empty className="px-3 py-6 text-center text-sm text-subtle">
                  Nothing matches. Try the name of a monitor or a heartbeat, or “new”.
                </Command.Empty>
              )}
              {found.map(({ title, hits }) => (
                <Command.Group key={title} heading={title} forceMount>
                  {hits.map(({ id, name, note, glyph, word, to }) => (
                    <Command.Item
                      key={id}
                      forceMount
                      value={`${title} ${id}`}
                      onSelect={() => run({ run: () => navigate({ to, params: { id } }) })}
                      className={item}
                    >
                      <Glyph status={glyph} />
                      <span className="sr-only">{word}</span>
                      <span className="truncate">{name}</span>
                      <span className="ms-auto min-w-0 truncate font-mono text-xs text-subtle">{note}</span>
                    </Command.Item>
                  ))}
                </Command.Group>
              ))}
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
