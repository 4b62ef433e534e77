import type { Query } from '@/api'

/** Names in the query cache. Everything live updates patch or invalidate is found by these prefixes. */
export const keys = {
  me: ['me'],
  authConfig: ['auth-config'],
  setup: ['setup'],
  monitorTypes: ['monitor-types'],
  channelTypes: ['channel-types'],
  monitors: (query: Query = {}) => ['monitors', 'list', query],
  allMonitors: ['monitors'],
  monitorsSummary: ['monitors', 'summary'],
  /** Also the prefix of everything about that monitor. */
  monitor: (id: string) => ['monitor', id],
  monitorStatus: (id: string) => ['monitor', id, 'status'],
  monitorPart: (id: string, part: string, query: Query = {}) => ['monitor', id, part, query],
  incidents: (query: Query = {}) => ['incidents', 'list', query],
  allIncidents: ['incidents'],
  incident: (id: string) => ['incident', id],
  channels: (query: Query = {}) => ['channels', 'list', query],
  allChannels: ['channels'],
  channel: (id: string) => ['channel', id],
  notificationLog: (query: Query = {}) => ['notification-log', query],
  statusPages: (query: Query = {}) => ['status-pages', 'list', query],
  allStatusPages: ['status-pages'],
  statusPage: (id: string) => ['status-page', id],
  sessions: ['sessions'],
  apiTokens: ['api-tokens'],
  members: ['members'],
  invitations: ['invitations'],
} as const
