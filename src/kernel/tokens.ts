import { and, eq, sql } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { api_tokens } from '#db/schema/credentials'
import { sha256 } from '#kernel/secrets'

const randomHex = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex')
/** What lists show of a token: enough to recognise it, far too little to use it. */
const prefixOf = (token: string) => token.slice(0, token.lastIndexOf('_') + 7)

/** What makes, changes and ends the tokens of scripts and probers, inside a running change. */
export const tokenVerbs = {
  /** Makes an API token inside a running change; `token` is shown once and never stored. */
  async issueToken(tx: Writer, row: Omit<typeof api_tokens.$inferInsert, 'prefix' | 'hash'> & { created_at: string }) {
    const token = `xinex_${randomHex()}`
    const [made] = await tx
      .insert(api_tokens)
      .values({ ...row, prefix: prefixOf(token), hash: sha256(token) })
      .returning()
    if (!made) throw new Error('The token row was not returned')
    return { ...made, token }
  },
  /** Changes one token of a user; answers the row that was changed, if any. */
  updateToken: (
    tx: Writer,
    { tenant_id, user_id, id }: { tenant_id: string; user_id: string; id: string },
    set: Partial<Pick<typeof api_tokens.$inferInsert, 'name' | 'networks' | 'expires_at'>>,
  ) => {
    const mine = and(eq(api_tokens.tenant_id, tenant_id), eq(api_tokens.user_id, user_id), eq(api_tokens.id, id))
    return tx.update(api_tokens).set(set).where(mine).returning()
  },
  async revokeToken(tx: Writer, tenant_id: string, id: string, user_id?: string) {
    const gone = await tx
      .delete(api_tokens)
      .where(
        and(
          eq(api_tokens.tenant_id, tenant_id),
          eq(api_tokens.id, id),
          user_id ? eq(api_tokens.user_id, user_id) : sql`true`,
        ),
      )
      .returning()
    return gone
  },
  /** Ends the API tokens that a user has in one workspace. */
  revokeTokensIn: (tx: Writer, user_id: string, tenant_id: string) =>
    tx.delete(api_tokens).where(and(eq(api_tokens.user_id, user_id), eq(api_tokens.tenant_id, tenant_id))),
  /** Ends the API tokens of a user, in whatever workspace. */
  revokeTokensOf: (tx: Writer, user_id: string) => tx.delete(api_tokens).where(eq(api_tokens.user_id, user_id)),
  /** A prober token to show once, and what is stored of it. */
  newProberToken() {
    const token = `xinex_prober_${randomHex()}`
    return { token, prefix: prefixOf(token), hash: sha256(token) }
  },
}
