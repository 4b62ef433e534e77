import type { NotificationPrefs } from '#contract/oncall'
import type { Reader } from '#db/client'
import { contactsOf } from '#engine/contacts'
import { prefsOf, savePrefs } from '#engine/prefs'
import { change } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { isZone } from '#kernel/days'
import { invalid } from '#kernel/fail'
import { faultsOf } from '#kernel/faults'
import { type Body, shapes } from './schema'

const ownerOf = ({ tenant, actor }: Ctx | Tx) => ({ tenant_id: tenant.id, user_id: actor.id })

export const get = (ctx: Ctx): Promise<NotificationPrefs> => prefsOf(ctx.db, ownerOf(ctx))

/** What no schema can say of quiet hours and digests. */
function timeFaults(
  name: string,
  { enabled, timezone, days }: Pick<Body['digest'], 'enabled' | 'timezone' | 'days'>,
): Record<string, string> {
  return {
    ...(!isZone(timezone) && { [`${name}.timezone`]: 'is not a time zone such as Europe/Berlin' }),
    ...(enabled && days.length === 0 && { [`${name}.days`]: 'must name a day' }),
  }
}

/** Rules name one's own ways alone; `push` stands for the devices there are when it comes to it. */
async function ruleFaults(db: Reader, ctx: Ctx | Tx, { rules }: Body): Promise<Record<string, string>> {
  const { tenant, actor, app } = ctx
  const contacts = (await contactsOf(app, db, tenant.id, [actor.id])).get(actor.id) ?? []
  const known = new Set(['push', ...contacts.map(({ id }) => id)])
  return Object.fromEntries(
    rules.flatMap(({ contact_id }, i) =>
      known.has(contact_id) ? [] : [[`rules.${i}.contact_id`, 'is not one of your contact methods']],
    ),
  )
}

/** Replaces them as a whole; throws 422 naming every wrong field. */
export async function replace(ctx: Ctx, body: Body): Promise<NotificationPrefs> {
  const faults: Record<string, string> = {}
  for (const [name, shape] of Object.entries(shapes))
    Object.assign(faults, faultsOf(shape, body[name as keyof Body], name))
  if (Object.keys(faults).length > 0) throw invalid(faults)
  await change(ctx, 'notification_prefs.updated', async (tx) => {
    // Inside the transaction: a way that is removed meanwhile is named by no rule.
    const wrong = {
      ...timeFaults('quiet_hours', body.quiet_hours),
      ...timeFaults('digest', body.digest),
      ...(await ruleFaults(tx.db, tx, body)),
    }
    if (Object.keys(wrong).length > 0) throw invalid(wrong)
    await savePrefs(tx.db, ownerOf(tx), body, tx.now())
    return { id: tx.actor.id, ...body }
  })
  return get(ctx)
}
