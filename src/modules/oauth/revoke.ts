import { eq } from 'drizzle-orm'
import { oauth_grants, oauth_refresh_tokens } from '#db/schema/oauth'
import { sha256 } from '#kernel/secrets'
import { OauthError, unkept } from './errors'
import type { Grant } from './grants'
import { type Call, endGrantFor } from './token'

async function grantOf({ app, client }: Call, token: string): Promise<Grant | undefined> {
  const [row] = await app.db.read
    .select({ grant: oauth_grants })
    .from(oauth_refresh_tokens)
    .innerJoin(oauth_grants, eq(oauth_grants.id, oauth_refresh_tokens.grant_id))
    .where(eq(oauth_refresh_tokens.hash, sha256(token)))
  if (row) return row.grant
  const claims = await app.credentials.accessTokens.verify(token)
  if (claims?.client_id !== client.id) return undefined
  if (claims.gid === undefined)
    throw new OauthError('unsupported_token_type', 'A token of a client that acts for itself ends after 15 minutes')
  const [grant] = await app.db.read.select().from(oauth_grants).where(eq(oauth_grants.id, claims.gid))
  return grant
}

/**
 * RFC 7009: a refresh token or an access token ends its grant, and with it every token that came of it. What is unknown
 * or another client's is answered as if it had been revoked.
 */
export async function revoke(call: Call): Promise<Response> {
  const token = call.form.get('token')
  if (!token) throw new OauthError('invalid_request', 'token is missing')
  const grant = await grantOf(call, token)
  if (grant?.client_id === call.client.id) await endGrantFor(call, grant)
  return new Response(null, { status: 200, headers: unkept })
}
