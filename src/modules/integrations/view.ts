import { refusalOf } from '#contract/permissions'
import type { integrations } from '#db/schema/integrations'
import { countOpen } from '#engine/inbound'
import type { App, Ctx } from '#kernel/context'
import { MASK } from '#kernel/form'
import { originOf } from '#kernel/origin'
import { randomToken } from '#kernel/secrets'
import { shown } from '#kernel/settings'
import { providerOf } from './providers'

export type Integration = typeof integrations.$inferSelect

export const contextOf = (id: string) => `integrations:${id}:key`
const openKey = ({ vault }: App, { id, key }: Integration) => vault.open(key, contextOf(id))

/** As each program expects its keys to look; all of them are too long to be guessed. */
const shapes: Record<string, () => string> = {
  // 32 letters and digits, or their clients refuse it.
  pagerduty: () => Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex'),
  // A UUID, or theirs say that its format is not valid.
  opsgenie: () => crypto.randomUUID(),
}
export const newKey = (type: string) => (shapes[type] ?? randomToken)()

/** Who may change an integration may see its key: it opens incidents, as they may. */
const maySee = ({ actor }: Ctx) => refusalOf(actor, 'integrations:write', '/api/v1/integrations') === undefined

export async function viewOf(ctx: Ctx, row: Integration) {
  const { id, tenant_id, name, type, enabled, last_event_at, created_at, updated_at } = row
  const provider = providerOf(type)
  const key = maySee(ctx) ? openKey(ctx.app, row) : MASK
  return {
    ...{ id, tenant_id, name, type, enabled, last_event_at, created_at, updated_at },
    title: provider?.title ?? type,
    settings: provider ? shown(provider.settings, row.settings) : {},
    key,
    enter: provider?.enter(originOf(ctx.app.config), key) ?? [],
    open_incidents: await countOpen(ctx.db, row),
  }
}
