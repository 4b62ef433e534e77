import { desc, isNull, lt } from 'drizzle-orm'
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose'
import type { Database } from '#db/client'
import { signing_keys } from '#db/schema/credentials'
import { type Clock, isoAt } from '#kernel/clock'
import type { Vault } from '#kernel/secrets'

/** ES256 for reach: every JWT library has it. */
const ALG = 'ES256'
export const ACCESS_TOKEN_S = 900
const ROTATE_MS = 90 * 86_400_000
/** A retired key verifies a day longer: far more than the life of the last token it signed. */
const RETIRED_MS = 86_400_000

export type AccessClaims = {
  /** The person's id, or the client's when it acts for itself. */
  sub: string
  client_id: string
  scope: string
  /** The workspace it is good for. */
  tid: string
  /** The grant it belongs to; none when a client acts for itself. */
  gid?: string
  exp: number
}

type Parts = { db: Database; clock: Clock; vault: Vault; issuer: string }
type Key = typeof signing_keys.$inferSelect
/** The newest first, and what looks them up by their id. */
type Keys = { rows: Key[]; verifying: ReturnType<typeof createLocalJWKSet> }

/** JWT access tokens (RFC 9068) and the keys behind them (RFC 7517); keys rotate by themselves. */
export function openAccessTokens({ db, clock, vault, issuer }: Parts) {
  const audience = `${issuer}/api/v1`
  let loaded: Promise<Keys> | undefined
  async function read(): Promise<Keys> {
    const rows = await db.read.select().from(signing_keys).orderBy(desc(signing_keys.created_at), signing_keys.kid)
    const keys = rows.map(({ public_key }) => public_key as JWK)
    return { rows, verifying: createLocalJWKSet({ keys }) }
  }
  const load = () => {
    loaded ??= read().catch((error) => {
      loaded = undefined
      throw error
    })
    return loaded
  }
  const place = (kid: string) => `signing_keys:private_key:${kid}`

  /** A new key signs from now on; the ones before only verify. */
  async function rotate() {
    const { publicKey, privateKey } = await generateKeyPair(ALG, { extractable: true })
    const bare = await exportJWK(publicKey)
    const kid = await calculateJwkThumbprint(bare)
    const at = isoAt(clock.now())
    const row = {
      kid,
      alg: ALG,
      private_key: vault.seal(JSON.stringify(await exportJWK(privateKey)), place(kid)),
      public_key: { ...bare, kid, alg: ALG, use: 'sig' },
      created_at: at,
    }
    await db.tx(async (tx) => {
      await tx.update(signing_keys).set({ retired_at: at }).where(isNull(signing_keys.retired_at))
      await tx.insert(signing_keys).values(row)
    })
    loaded = undefined
    return kid
  }
  let making: Promise<string> | undefined
  /** The private half; nothing when it was sealed with a `secrets.key` that is not here any more. */
  function privateOf({ kid, private_key }: Key): JWK | undefined {
    try {
      return JSON.parse(vault.open(private_key, place(kid)))
    } catch {
      return undefined
    }
  }
  /** The key that signs now; a new one where there is none, or none that can be opened. */
  async function current(): Promise<{ kid: string; secret: JWK }> {
    const find = async () => {
      const key = (await load()).rows.find(({ retired_at }) => retired_at === null)
      const secret = key && privateOf(key)
      return secret && { kid: key.kid, secret }
    }
    let key = await find()
    if (!key) {
      // Two who ask first share the key that is made for one of them.
      making ??= rotate().finally(() => {
        making = undefined
      })
      await making
      key = await find()
    }
    if (!key) throw new Error('There is no signing key after making one')
    return key
  }

  return {
    issuer,
    audience,
    rotate,
    async sign({ sub, exp: _, ...claims }: Omit<AccessClaims, 'exp'> & { exp?: number }): Promise<string> {
      const { kid, secret } = await current()
      const at = Math.floor(clock.now() / 1000)
      const key = await importJWK(secret, ALG)
      return new SignJWT(claims)
        .setProtectedHeader({ alg: ALG, kid, typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(sub)
        .setJti(Bun.randomUUIDv7())
        .setIssuedAt(at)
        .setExpirationTime(at + ACCESS_TOKEN_S)
        .sign(key)
    },
    /** What a token of ours says, or nothing: wrong key, `alg: none`, altered, expired, of another issuer. */
    async verify(token: string): Promise<AccessClaims | undefined> {
      const { verifying } = await load()
      const options = { issuer, audience, typ: 'at+jwt', algorithms: [ALG], currentDate: new Date(clock.now()) }
      const verified = await jwtVerify(token, verifying, options).catch(() => undefined)
      const { sub, client_id, scope, tid, gid, exp } = (verified?.payload ?? {}) as JWTPayload & Partial<AccessClaims>
      if (!sub || !client_id || scope === undefined || !tid || !exp) return undefined
      return { sub, client_id, scope, tid, exp, ...(gid && { gid }) }
    },
    /** What others verify with (RFC 7517). */
    async jwks(): Promise<{ keys: Record<string, unknown>[] }> {
      await current()
      return { keys: (await load()).rows.map(({ public_key }) => public_key) }
    },
    /** Called now and then: a key that is old enough is replaced, one that verifies nothing any more goes. */
    async tidy() {
      const newest = (await load()).rows[0]
      if (newest && clock.now() - Date.parse(newest.created_at) > ROTATE_MS) await rotate()
      const gone = isoAt(clock.now() - RETIRED_MS)
      await db.tx((tx) => tx.delete(signing_keys).where(lt(signing_keys.retired_at, gone)))
      loaded = undefined
    },
  }
}
