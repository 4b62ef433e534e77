import type { Booted } from '../../../test/boot'

export type Heard = { status: number; text: string; headers: Headers }

/** A client with nothing but an address: no credential, a body of any type. */
export const reporting =
  (t: Booted) =>
  async (method: string, path: string, body?: BodyInit, headers: Record<string, string> = {}): Promise<Heard> => {
    const request = new Request(`http://localhost${path}`, { method, headers, ...(body !== undefined && { body }) })
    const response = await t.appliance.handle(request, headers['x-peer'])
    return { status: response.status, text: await response.text(), headers: response.headers }
  }

/** A new heartbeat of Alice's: its id and its slug. */
export async function heartbeat(t: Booted, more: object = {}): Promise<{ id: string; slug: string }> {
  const { status, body } = await t.alice('POST', '/heartbeats', { name: 'Nightly', ...more })
  if (status !== 201) throw new Error(`No heartbeat: ${JSON.stringify(body)}`)
  return body
}
export const pingsOf = async (t: Booted, id: string) => (await t.alice('GET', `/heartbeats/${id}/pings`)).body.items
export const runsOf = async (t: Booted, id: string) => (await t.alice('GET', `/heartbeats/${id}/runs`)).body.items
export const lastOf = async (t: Booted, id: string) => (await pingsOf(t, id))[0]
export const bodyOf = async (t: Booted, id: string, n: number) =>
  (await t.alice('GET', `/heartbeats/${id}/pings/${n}/body`)).body
export const stateOf = async (t: Booted, id: string) => (await t.alice('GET', `/heartbeats/${id}`)).body
/** The key of the workspace, with which names can be reported to. */
export async function pingKey(t: Booted, auto_create = false): Promise<string> {
  await t.alice('PUT', '/ping-key', { auto_create })
  return (await t.alice('GET', '/ping-key')).body.key
}
