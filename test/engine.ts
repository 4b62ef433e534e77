import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NoticeEvent } from '#contract/events'
import { openDatabase } from '#db/client'
import { migrate } from '#db/migrate'
import { monitors } from '#db/schema/monitors'
import { notification_channels } from '#db/schema/notification-channels'
import { tenants } from '#db/schema/tenants'
import { openHistory } from '#engine/history'
import { createEngine } from '#engine/index'
import { versionOf as versionOfJob } from '#engine/watched'
import { migrations } from '#generated/migrations'
import { createBus, type LiveEvent } from '#kernel/bus'
import { change } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { readConfig } from '#kernel/config'
import { type App, systemCtx } from '#kernel/context'
import { openCredentials } from '#kernel/credentials'
import { withDefaults } from '#kernel/form'
import { logTo } from '#kernel/log'
import { openNet } from '#kernel/net'
import { openVault } from '#kernel/secrets'
import { createPostman } from '#modules/mails/service'
import { probeOf } from '#probes/index'
import type { CheckJob } from '#probing/attempt'
import { createTestClock, type TestClock } from './clock'

export const START = Date.parse('2026-05-01T12:00:00.000Z')
type MonitorRow = typeof monitors.$inferInsert
const TENANT = {
  id: '01890000-0000-7000-8000-000000000001',
  name: 'Acme',
  slug: 'acme',
  tier: 'self_hosted',
  timezone: 'UTC',
}

/** What the engine's assignments of this monitor are numbered with; no secrets in its settings. */
export function versionOf(monitor: CheckJob & { interval: number }): number {
  const probe = probeOf(monitor.type)
  const settings = probe ? withDefaults(probe.settings, monitor.settings) : monitor.settings
  return versionOfJob({ ...monitor, settings }, monitor.interval)
}

/** The engine on a real database and a clock of its own, without the API: what the pipeline's tests are made on. */
export async function engineOn({
  folder = mkdtempSync(join(tmpdir(), 'xinex-engine-')),
  clock = createTestClock(START),
} = {}) {
  const lines: string[] = []
  const log = logTo((line) => lines.push(line), 'info', clock.now)
  const db = await openDatabase(join(folder, 'xinex.db'), { durable: false })
  await migrate(db.client, migrations)
  const at = () => isoAt(clock.now())
  await db.tx((tx) =>
    tx
      .insert(tenants)
      .values({ ...TENANT, created_at: at(), updated_at: at() })
      .onConflictDoNothing(),
  )
  const vault = openVault(Buffer.alloc(32, 7))
  const heard: LiveEvent[] = []
  const bus = createBus((error) => lines.push(String(error)))
  bus.subscribe((event) => heard.push(event))
  const net = openNet({ allowPrivate: true, deny: [], allow: [] })
  const config = readConfig({ XINEX_PUBLIC_URL: 'https://status.example.test' })
  const credentials = openCredentials({ db, clock, vault, secure: false, issuer: 'http://localhost' })
  const mailer = createPostman({ config, clock, log, vault, db })
  const parts = { config, version: '0.0.0', log, clock, vault, db, bus, net, credentials, mailer }
  const history = openHistory(join(folder, 'history.db'), { clock, log, keep_days: 30, durable: false })
  const app: App = { ...parts, engine: createEngine(parts, history) }
  const { engine } = app

  /** As a module would do it: the row and its event in one transaction. */
  async function addMonitor(url: string, more: Partial<MonitorRow> = {}) {
    const row = {
      id: Bun.randomUUIDv7(),
      tenant_id: TENANT.id,
      name: 'Checkout API',
      type: 'http',
      url,
      settings: {},
      interval: 60,
      timeout_ms: 2_000,
      alert_threshold: 2,
      recovery_threshold: 1,
      confirm_interval_s: 5,
      severity: 'high' as const,
      inverted: false,
      enabled: true,
      tags: [],
      created_at: at(),
      updated_at: at(),
      ...more,
    }
    const made = await change(systemCtx(app, TENANT), 'monitor.created', async (tx) => {
      const [stored] = await tx.db.insert(monitors).values(row).returning()
      return stored!
    })
    await engine.idle()
    return made
  }
  async function addChannel(
    url: string,
    events: NoticeEvent[] = ['incident.created', 'incident.acknowledged', 'incident.resolved'],
  ) {
    const id = Bun.randomUUIDv7()
    const row = { id, tenant_id: TENANT.id, name: 'Ops', type: 'webhook', settings: { url }, events }
    await db.tx((tx) =>
      tx
        .insert(notification_channels)
        .values({ ...row, is_default: true, enabled: true, created_at: at(), updated_at: at() }),
    )
    return id
  }

  return {
    app,
    db,
    engine,
    clock,
    history,
    folder,
    lines,
    heard,
    addMonitor,
    addChannel,
    ctx: () => systemCtx(app, TENANT),
    rows: async <T = Record<string, unknown>>(sql: string) => (await db.client.execute(sql)).rows as unknown as T[],
    advance: (ms: number) => clock.advance(ms, engine.idle),
    /** Ends without a farewell, as a kill would; what was committed is all that is left. */
    async crash() {
      clock.freeze()
      await db.close()
    },
    async stop() {
      await engine.stop()
      await db.close()
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
export type EngineOn = Awaited<ReturnType<typeof engineOn>>
export type { TestClock }
