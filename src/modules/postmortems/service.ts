import { eq } from 'drizzle-orm'
import { postmortems } from '#db/schema/postmortems'
import { change } from '#kernel/change'
import type { Ctx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import { textFault } from '#kernel/faults'
import * as incidents from '#modules/incidents/service'
import type { Edit } from './schema'
import { documentOf, draftOf } from './words'

const stored = async ({ db }: Ctx, id: string) =>
  (await db.select().from(postmortems).where(eq(postmortems.incident_id, id)))[0]

/** What was learned; before anybody has written, a draft with facts and timeline. */
export async function get(ctx: Ctx, incident_id: string) {
  const incident = await incidents.get(ctx, incident_id)
  const row = await stored(ctx, incident_id)
  if (!row)
    return {
      incident_id,
      body: draftOf(incident),
      status: 'draft' as const,
      saved: false,
      updated_by: null,
      updated_at: null,
    }
  const { body, status, updated_by, updated_at } = row
  return { incident_id, body, status, saved: true, updated_by, updated_at }
}

export async function put(ctx: Ctx, incident_id: string, { body, status = 'draft' }: Edit) {
  await incidents.get(ctx, incident_id)
  const fault = textFault(body)
  if (fault) throw invalid({ body: fault })
  await change(ctx, 'postmortem.updated', async (tx) => {
    const values = { body, status, updated_by: tx.actor.label, updated_at: tx.at }
    await tx.db
      .insert(postmortems)
      .values({ incident_id, ...values, created_at: tx.at })
      .onConflictDoUpdate({ target: postmortems.incident_id, set: values })
    return { id: incident_id, status }
  })
  return get(ctx, incident_id)
}

/** The incident as Markdown: its postmortem, or what is known without one. */
export async function document(ctx: Ctx, incident_id: string): Promise<string> {
  const incident = await incidents.get(ctx, incident_id)
  return documentOf(incident, (await stored(ctx, incident_id))?.body)
}
