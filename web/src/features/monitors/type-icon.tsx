import {
  Boxes,
  Cable,
  CalendarClock,
  CircleUser,
  Clock,
  Container,
  Database,
  Globe,
  Inbox,
  Layers,
  type LucideIcon,
  Mail,
  Network,
  Plug,
  Radio,
  Send,
  ShieldCheck,
  SquareActivity,
  SquareTerminal,
  Waypoints,
  Zap,
} from 'lucide-react'

/** Pictures for the types that are known here; any other gets the general one. */
const ICON: Record<string, LucideIcon> = {
  http: Globe,
  websocket: Zap,
  grpc: Waypoints,
  tls: ShieldCheck,
  domain: CalendarClock,
  icmp: Radio,
  tcp: Plug,
  udp: Cable,
  dns: Network,
  smtp: Mail,
  ntp: Clock,
  postgres: Database,
  mysql: Database,
  redis: Layers,
  mongodb: Database,
  mqtt: Send,
  ssh: SquareTerminal,
  docker: Container,
  group: Boxes,
  push: Inbox,
  manual: CircleUser,
}
export function TypeIcon({ type, className }: { type: string; className?: string }) {
  const Icon = ICON[type] ?? SquareActivity
  return <Icon aria-hidden className={className} strokeWidth={1.75} />
}
