import { eq } from 'drizzle-orm'
import { oauth_clients } from '#db/schema/oauth'
import type { App } from '#kernel/context'
import { sameText, sha256 } from '#kernel/secrets'
import { type Client, mobile } from './built-in'
import { OauthError } from './errors'

export async function findClient({ db }: Pick<App, 'db'>, id: string | undefined): Promise<Client | undefined> {
  if (id === undefined) return undefined
  if (id === mobile.id) return mobile
  const [row] = await db.read.select().from(oauth_clients).where(eq(oauth_clients.id, id))
  return row
}

const unknown = (message = 'The client is unknown or its secret is wrong') => new OauthError('invalid_client', message)

/** RFC 6749 section 2.3.1: both halves are form-encoded before they are joined. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', '%20'))
  } catch {
    throw unknown('The Authorization header cannot be read')
  }
}

function fromHeader(header: string) {
  const [, code] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header.trim()) ?? []
  const text = code && Buffer.from(code, 'base64').toString()
  const colon = text ? text.indexOf(':') : -1
  if (!text || colon < 0) throw unknown('The Authorization header is not of the form Basic')
  return { id: decoded(text.slice(0, colon)), secret: decoded(text.slice(colon + 1)) }
}

/**
 * The client that asks at the token or revocation endpoint: by HTTP Basic, by secret in the form, or, when it is a
 * public one, by its name alone. Throws `invalid_client` for all others, with the same sentence.
 */
export async function authenticated(app: App, header: string | null, form: Map<string, string>): Promise<Client> {
  const named = form.get('client_id')
  // RFC 6749 section 2.3.1: an empty secret may be left out, so it says nothing.
  const posted = form.get('client_secret') || undefined
  if (header !== null && posted !== undefined)
    throw new OauthError('invalid_request', 'Send the secret in the header or in the form, not in both')
  const basic = header === null ? undefined : fromHeader(header)
  if (basic && named !== undefined && named !== basic.id)
    throw new OauthError('invalid_request', 'The header and client_id name two different clients')
  const secret = basic ? basic.secret || undefined : posted
  const client = await findClient(app, basic?.id ?? named)
  if (!client) throw unknown()
  const right = client.secret_hash === null ? secret === undefined : sameText(sha256(secret ?? ''), client.secret_hash)
  if (!right) throw unknown()
  return client
}
