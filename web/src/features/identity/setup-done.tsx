import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowRight } from 'lucide-react'
import { buttonClass } from '@/ui/button'
import { Glyph, statusLabel } from '@/ui/status'
import { firstChannelQuery, firstMonitorQuery } from './setup-queries'

const FIRST_CHECK_MS = 2000

const next = [
  ['/monitors/new', 'Add more monitors', 'TCP ports, DNS records, certificates, ping and more.'],
  ['/status-pages/new', 'Publish a status page', 'Show your users what works, at an address of its own.'],
  ['/settings/members', 'Invite your team', 'Colleagues who can look, respond or administrate.'],
] as const

export function Done() {
  const { data: monitors } = useQuery({
    ...firstMonitorQuery,
    // The first check is due within seconds; it is nice to see it arrive.
    refetchInterval: ({ state }) => (state.data?.items[0]?.status === 'pending' ? FIRST_CHECK_MS : false),
  })
  const { data: channels } = useQuery(firstChannelQuery)
  const monitor = monitors?.items[0]
  const channel = channels?.items[0]
  return (
    <>
      <h1 className="text-2xl tracking-tight">Xinex is ready</h1>
      <ul className="mt-4 divide-y divide-line rounded-lg border border-line bg-surface" aria-live="polite">
        <li className="flex items-center gap-3 px-4 py-3 text-sm">
          <Glyph status={monitor?.status ?? 'paused'} />
          <span className="min-w-0 break-words">
            {monitor
              ? `${monitor.name}: ${monitor.status === 'pending' ? 'waiting for the first check' : statusLabel[monitor.status].toLowerCase()}`
              : 'Nothing is watched yet.'}
          </span>
        </li>
        <li className="flex items-center gap-3 px-4 py-3 text-sm">
          <Glyph status={channel ? 'up' : 'paused'} />
          <span className="min-w-0 break-words">
            {channel
              ? `${channel.name} is told about incidents`
              : 'Nobody is told yet; you can add a channel at any time.'}
          </span>
        </li>
      </ul>
      <Link to="/overview" className={buttonClass('primary', 'md', 'mt-6')}>
        Open the overview
        <ArrowRight />
      </Link>
      <h2 className="mt-10 text-md">Good next steps</h2>
      <ul className="mt-2 divide-y divide-line border-y border-line">
        {next.map(([to, title, text]) => (
          <li key={to}>
            <Link to={to} className="group flex items-center gap-3 py-3">
              <span className="min-w-0 flex-1">
                <span className="block text-sm font-medium group-hover:underline">{title}</span>
                <span className="block text-xs text-subtle">{text}</span>
              </span>
              <ArrowRight aria-hidden className="size-4 text-subtle" />
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
}
