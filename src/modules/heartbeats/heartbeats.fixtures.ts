import type { Ask, Booted } from '../../../test/boot'

export const minutes = (n: number) => n * 60_000
export const hours = (n: number) => minutes(60 * n)

/** Every ten minutes, with one of grace: short, for every simulated second costs a little of a real one. */
export const often = { kind: 'interval', every_s: 600 }
export const [PERIOD, GRACE] = [minutes(10), minutes(1)]

/** A new heartbeat of Alice's, expected every ten minutes unless `more` says otherwise. */
export async function make(t: Booted, more: object = {}, who: Ask = t.alice) {
  const { status, body } = await who('POST', '/heartbeats', { name: 'Backup', schedule: often, grace_s: 60, ...more })
  if (status !== 201) throw new Error(`No heartbeat: ${status} ${JSON.stringify(body)}`)
  return body as { id: string; slug: string; ping_url: string }
}

/** What a job does: it asks an address, and has nothing to prove who it is. */
export async function ping(t: Booted, { slug }: { slug: string }, rest = '', body?: string) {
  const request = new Request(`http://localhost/api/v1/hb/${slug}${rest}`, { method: 'POST', body })
  const { status } = await t.appliance.handle(request)
  await t.appliance.idle()
  return status
}
