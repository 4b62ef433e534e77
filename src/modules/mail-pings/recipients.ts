import type { App } from '#kernel/context'
import { sha256 } from '#kernel/secrets'
import { findByKeyAndName } from '#modules/heartbeats/service'

/** A heartbeat that a mail is for; with a hash it was named by its secret address, which may change meanwhile. */
export type Recipient = { number: number; slug_hash?: string }

/** Longest local part and domain there can be (RFC 5321 section 4.5.3.1). */
const MOST_CHARS = 320
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

async function bySlug(app: App, given: string): Promise<Recipient[]> {
  // Some mail servers write addresses in small letters, others in capitals; a UUID is the same in both.
  const slug_hash = sha256(UUID.test(given) ? given.toLowerCase() : given)
  const number = await app.engine.heartbeats.find(slug_hash)
  return number === undefined ? [] : [{ number, slug_hash }]
}
async function byKey(app: App, key: string, name: string): Promise<Recipient[]> {
  const named = await findByKeyAndName(app, key, name.toLowerCase())
  return named?.found.map(({ number }) => ({ number })) ?? []
}

/**
 * Whom an address names, whatever its domain: `<slug>@`, or the key of the workspace and the name of a heartbeat in either
 * order, joined by a plus (`<key>+<name>@` as at Healthchecks). More than one when the name is not unique.
 */
export async function recipientsOf(app: App, address: string): Promise<Recipient[]> {
  if (address.length > MOST_CHARS) return []
  const local = address.slice(0, address.lastIndexOf('@'))
  const [first = '', second, ...more] = local.split('+')
  if (second === undefined) return bySlug(app, first)
  if (more.length > 0 || first === '' || second === '') return []
  const found = await byKey(app, first, second)
  return found.length > 0 ? found : byKey(app, second, first)
}
