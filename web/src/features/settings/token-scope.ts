import { resources } from '#contract/permissions'

export const resourceName: Record<keyof typeof resources, string> = {
  monitors: 'Monitors',
  heartbeats: 'Heartbeats',
  incidents: 'Incidents',
  on_call: 'On call',
  integrations: 'Integrations',
  notification_channels: 'Channels',
  status_pages: 'Status pages',
  members: 'Members',
  probers: 'Probers',
}
/** Safe: the keys of the table itself. */
export const resourceKeys = Object.keys(resources) as (keyof typeof resources)[]
export type Reach = 'none' | 'read' | 'write'

export const reachOf = (scopes: readonly string[], resource: string): Reach =>
  scopes.includes(`${resource}:write`) ? 'write' : scopes.includes(`${resource}:read`) ? 'read' : 'none'

export const withReach = (scopes: readonly string[], resource: string, reach: Reach): string[] => [
  ...scopes.filter((scope) => !scope.startsWith(`${resource}:`)),
  ...(reach === 'none' ? [] : [`${resource}:${reach}`]),
]

/** What a token may do, in a few words. */
export function scopeText(scope: 'full' | 'read' | 'resources', scopes: readonly string[]): string {
  if (scope === 'full') return 'Everything its owner may'
  if (scope === 'read') return 'Read only'
  const words = resourceKeys.flatMap((resource) => {
    const reach = reachOf(scopes, resource)
    return reach === 'none' ? [] : [`${resourceName[resource]}${reach === 'read' ? ' (read)' : ''}`]
  })
  return words.join(', ')
}

/** One address or network a line; empty lines do not count. */
export const linesOf = (text: string): string[] =>
  text
    .split(/[\n,]+/)
    .map((line) => line.trim())
    .filter(Boolean)
