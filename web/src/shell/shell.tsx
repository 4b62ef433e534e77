import { useQuery } from '@tanstack/react-query'
import { Outlet, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useLiveUpdates } from '@/live'
import { activeIncidentsQuery, unreadQuery } from '@/parts/data'
import { useMe } from '@/session'
import { TimeZone } from '@/ui/time'
import { Banners } from './banners'
import { PhoneHeader, PhoneTabs } from './phone'
import { ShortcutHelp } from './shortcut-help'
import { useShortcuts } from './shortcuts'
import { Sidebar } from './sidebar'

const Palette = lazy(() => import('./palette'))

/** Ctrl-K and ⌘K work everywhere, also while typing. */
function usePaletteKey(toggle: () => void) {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.metaKey || event.ctrlKey) || event.key.toLowerCase() !== 'k') return
      event.preventDefault()
      toggle()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [toggle])
}

/** The frame around every signed-in page. */
export function Shell() {
  const me = useMe()
  const navigate = useNavigate()
  const [palette, setPalette] = useState<'never' | 'open' | 'closed'>('never')
  const [help, setHelp] = useState(false)
  const { data: incidents } = useQuery(activeIncidentsQuery)
  const { data: unread = 0 } = useQuery(unreadQuery)
  const badges = { active: incidents?.total ?? 0, unread }
  useLiveUpdates()
  usePaletteKey(() => setPalette((now) => (now === 'open' ? 'closed' : 'open')))
  useShortcuts({
    '?': () => setHelp(true),
    'g o': () => navigate({ to: '/overview' }),
    'g m': () => navigate({ to: '/monitors' }),
    'g h': () => navigate({ to: '/heartbeats' }),
    'g a': () => navigate({ to: '/ai-heartbeats' }),
    'g i': () => navigate({ to: '/incidents' }),
    'g n': () => navigate({ to: '/notifications' }),
    'g r': () => navigate({ to: '/on-call' }),
    'g c': () => navigate({ to: '/channels' }),
    'g p': () => navigate({ to: '/status-pages' }),
    'g s': () => navigate({ to: '/settings/profile' }),
  })
  const search = () => setPalette('open')
  return (
    <TimeZone value={me.timezone}>
      <div className="flex h-dvh flex-col md:flex-row">
        <a
          href="#main"
          className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-sm focus:bg-raised focus:px-3 focus:py-2 focus:shadow-pop"
        >
          Skip to content
        </a>
        <Sidebar badges={badges} onSearch={search} onHelp={() => setHelp(true)} />
        <PhoneHeader onSearch={search} />
        {/* What is hidden for eyes only stays inside: placed by the page, it would make the page itself scroll on phones. */}
        <main id="main" tabIndex={-1} className="relative min-h-0 min-w-0 flex-1 overflow-y-auto outline-none">
          <Banners />
          <Outlet />
        </main>
        <PhoneTabs badges={badges} />
      </div>
      <ShortcutHelp open={help} onClose={() => setHelp(false)} />
      {palette !== 'never' && (
        <Suspense>
          <Palette open={palette === 'open'} onClose={() => setPalette('closed')} onHelp={() => setHelp(true)} />
        </Suspense>
      )}
    </TimeZone>
  )
}
