import type { MonitorListItem } from '@/types'
import { words } from '@/ui/format'

/** `30s`, `5m`, `1h`, `90s`: the shortest exact spelling of an interval. */
export function every(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400}d`
  if (seconds % 3600 === 0) return `${seconds / 3600}h`
  if (seconds % 60 === 0) return `${seconds / 60}m`
  return `${seconds}s`
}

/** The second line of a row: the trouble if there is one, otherwise what is checked. */
export function noteOf({ status, target, message }: Pick<MonitorListItem, 'status' | 'target' | 'message'>) {
  const trouble = (status === 'down' || status === 'degraded' || status === 'unknown') && !!message
  return { text: trouble ? message : target, trouble }
}

const REASONS: Record<string, string> = {
  assertion: 'Wrong content',
  dns: 'DNS',
  own_side: 'Our side',
  protocol: 'Wrong protocol',
  reported: 'Reported',
  status: 'Wrong status',
  tls: 'TLS',
}
/** Why a check failed, in a word or two; one that this list does not know says it by itself. */
export const reasonWords = (reason: string): string => REASONS[reason] ?? words(reason)

const SHORT: Record<string, string> = {
  ...{
    http: 'HTTP',
    tcp: 'TCP',
    udp: 'UDP',
    icmp: 'Ping',
    dns: 'DNS',
    tls: 'TLS',
    ntp: 'NTP',
    ssh: 'SSH',
    smtp: 'SMTP',
  },
  ...{ grpc: 'gRPC', mqtt: 'MQTT', mysql: 'MySQL', mongodb: 'MongoDB', postgres: 'Postgres', websocket: 'WebSocket' },
}
/** One word for narrow columns; a type this list does not know goes by its own name. */
export const shortType = (type: string): string => SHORT[type] ?? words(type)
