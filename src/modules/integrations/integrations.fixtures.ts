import { asc, eq } from 'drizzle-orm'
import { incident_timeline, incidents } from '#db/schema/engine'
import type { Booted } from '../../../test/boot'

export type Heard = {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test states the shape it expects by asserting it
  body: any
}

/** Another program: it knows an address, perhaps a header, and posts what it has to say. */
export const telling =
  (t: Booted) =>
  async (path: string, body?: unknown, headers: Record<string, string> = {}, method = 'POST'): Promise<Heard> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const request = new Request(`http://localhost${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: text }),
    })
    const response = await t.appliance.handle(request)
    const heard = await response.text()
    const json = response.headers.get('content-type')?.includes('json')
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(heard) : heard }
  }

/** A door of Alice's: its id, its key and what she enters elsewhere. */
export async function door(t: Booted, type: string, more: object = {}): Promise<{ id: string; key: string }> {
  const { status, body } = await t.alice('POST', '/integrations', { name: `Our ${type}`, type, ...more })
  if (status !== 201) throw new Error(`No integration: ${JSON.stringify(body)}`)
  return body
}

/** The incidents that came in through a door, oldest first. */
export const incidentsOf = (t: Booted, id: string) =>
  t.app.db.read.select().from(incidents).where(eq(incidents.integration_id, id)).orderBy(asc(incidents.created_at))

export const timelineOf = (t: Booted, incident_id: string) =>
  t.app.db.read
    .select()
    .from(incident_timeline)
    .where(eq(incident_timeline.incident_id, incident_id))
    .orderBy(asc(incident_timeline.at), asc(incident_timeline.id))
