import { isIP } from 'node:net'
import { and, asc, eq, isNotNull } from 'drizzle-orm'
import { sign_in_providers } from '#db/schema/sign-in-providers'
import { sso_connections, sso_domains } from '#db/schema/sso'
import type { Config } from '#kernel/config'
import type { App } from '#kernel/context'
import { originOf } from '#kernel/origin'
import { canMail } from '#modules/mails/service'
import { needsSetup } from './setup'

/** Kinds whose way in is no button that leads to another site: a directory knows passwords, a proxy tells by itself. */
const DIRECTORY = 'ldap'
const PROXY = 'header'

/**
 * A passkey belongs to a name, never to an address, and browsers offer them on safe pages alone:
 * https://www.w3.org/TR/webauthn-3/#relying-party-identifier
 */
export function takesPasskeys(config: Pick<Config, 'publicUrl' | 'listen'>): boolean {
  const { protocol, hostname } = new URL(originOf(config))
  const local = hostname === 'localhost' || hostname.endsWith('.localhost')
  return local || (protocol === 'https:' && isIP(hostname.replace(/^\[|\]$/g, '')) === 0)
}

/** What the sign-in page offers. Open to strangers: names and kinds, nothing of the settings. */
export async function signInConfig(app: App) {
  const { config, db } = app
  const enabled = await db.read
    .select({ slug: sign_in_providers.slug, name: sign_in_providers.name, kind: sign_in_providers.kind })
    .from(sign_in_providers)
    .where(eq(sign_in_providers.enabled, true))
    .orderBy(asc(sign_in_providers.created_at), asc(sign_in_providers.id))
  const [sso] = await db.read
    .select({ id: sso_connections.id })
    .from(sso_connections)
    .innerJoin(sso_domains, eq(sso_domains.tenant_id, sso_connections.tenant_id))
    .where(and(eq(sso_connections.enabled, true), isNotNull(sso_domains.verified_at)))
    .limit(1)
  const has = (wanted: string) => enabled.some(({ kind }) => kind === wanted)
  return {
    registration: config.registration,
    needs_setup: await needsSetup(app),
    mail: canMail(app),
    passkeys: takesPasskeys(config),
    sso: sso !== undefined,
    directory: has(DIRECTORY),
    proxy: has(PROXY),
    providers: enabled.filter(({ kind }) => kind !== DIRECTORY && kind !== PROXY),
  }
}
