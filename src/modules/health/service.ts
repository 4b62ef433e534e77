import { sql } from 'drizzle-orm'
import type { App } from '#kernel/context'

/** Past these the appliance no longer does its work in time. */
const MAX_LAG_MS = 5_000
const MAX_OUTBOX_AGE_MS = 60_000

const verdict = (fine: boolean) => (fine ? ('ok' as const) : ('failing' as const))

export async function check({ db, engine, version }: App) {
  const database = await db.read
    .select({ one: sql<number>`1` })
    .from(sql`(select 1)`)
    .then(
      () => true,
      () => false,
    )
  const { scheduler_lag_ms, outbox_age_ms, history } = engine.health()
  const checks = {
    database: { status: verdict(database) },
    scheduler: { status: verdict(scheduler_lag_ms <= MAX_LAG_MS), lag_ms: scheduler_lag_ms },
    outbox: { status: verdict(outbox_age_ms <= MAX_OUTBOX_AGE_MS), age_ms: outbox_age_ms },
    history: { status: history },
  }
  // A history that cannot be written costs figures, not pages: said in its part, but no reason to restart the appliance.
  const fine = Object.entries(checks).every(([name, part]) => name === 'history' || part.status === 'ok')
  return { status: verdict(fine), version, checks }
}
