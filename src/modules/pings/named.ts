import type { App } from '#kernel/context'
import { createFromPing, findByKeyAndName, nameSlugOf } from '#modules/heartbeats/service'
import type { Target } from './take'

/** Which heartbeat the key of a workspace and a name lead to. */
export type Lookup = { target: Target; created: boolean } | 'ambiguous' | 'unknown'

/** `create`: what the ping itself asks for, whatever the workspace has set. */
export async function byName(app: App, key: string, name: string, create?: boolean): Promise<Lookup> {
  const named = await findByKeyAndName(app, key, nameSlugOf(name))
  if (!named) return 'unknown'
  const [first, ...more] = named.found
  if (more.length > 0) return 'ambiguous'
  if (first) return { target: { number: first.number }, created: false }
  if (!(create ?? named.auto_create)) return 'unknown'
  const { row } = await createFromPing(app, named.tenant_id, { name })
  return { target: { number: row.number }, created: true }
}
