import type { Credential } from '#contract/permissions'
import type { Database, Reader, Writer } from '#db/client'
import type { Engine } from '#engine/index'
import type { Bus } from '#kernel/bus'
import type { Clock } from '#kernel/clock'
import type { Config } from '#kernel/config'
import type { Credentials } from '#kernel/credentials'
import type { Log } from '#kernel/log'
import type { Net } from '#kernel/net'
import type { Vault } from '#kernel/secrets'

/** The parts that the whole appliance shares. */
export type App = {
  config: Config
  version: string
  log: Log
  clock: Clock
  vault: Vault
  db: Database
  bus: Bus
  net: Net
  credentials: Credentials
  /** Runs checks and deliveries; a type only, so no layer below depends on it. */
  engine: Engine
  /** Sends the mails about accounts; told inside the transaction that queues one. */
  mailer: { wake: () => void }
}

export type Actor = Credential & {
  /** The person's id; of a client or prober its own. */
  id: string
  label: string
  /** Public id of the session that asks, when one does. */
  session_id?: string
  /** A second factor was proven for this session or grant. */
  mfa?: boolean
}
export type Tenant = {
  id: string
  name: string
  slug: string
  tier: string
  timezone: string
  require_mfa?: boolean
  deletes_at?: string | null
}

/** Who asks, for which tenant, with which database and clock. First argument of every service verb. */
export type Ctx = {
  app: App
  db: Reader
  now: () => number
  tenant: Tenant
  actor: Actor
  address?: string
  request_id?: string
  /** Key of the Idempotency-Key row this request holds; `change()` marks it in the same transaction. */
  idempotency_key?: string
}
/** A `Ctx` inside a transaction: the only thing that can write. Handed out by `change()` alone. */
export type Tx = Omit<Ctx, 'db'> & { db: Writer; at: string }

/** For what happens outside every workspace: a registration, a password reset. */
export const nowhere: Tenant = { id: '', name: '', slug: '', tier: 'self_hosted', timezone: 'UTC' }

/** The appliance acting by itself (set-up, registration, command line) for one tenant. */
export const systemCtx = (app: App, tenant: Tenant, more: Partial<Ctx> = {}): Ctx => ({
  app,
  db: app.db.read,
  now: app.clock.now,
  tenant,
  actor: { kind: 'system', id: 'system', label: 'Xinex', role: 'owner', scope: 'full', instance_admin: true },
  ...more,
})
