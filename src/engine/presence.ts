import { and, eq, isNull, sql } from 'drizzle-orm'
import { blind_periods, incidents } from '#db/schema/engine'
import { probers } from '#db/schema/probers'
import type { Blind } from '#engine/blind'
import { closeFor, openFor } from '#engine/incidents'
import { createRemote, type Remote } from '#engine/remote'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { fail } from '#kernel/fail'
import { moment } from '#kernel/words'

type Parts = {
  app: Omit<App, 'engine'>
  blind: Blind
  /** Nobody is left to look from the region of this one. */
  onDeserted: (row: Remote['row'], why: string) => void
  /** An incident was opened or closed. */
  onIncident: () => void
  /** One is offline, which is noted. */
  onGone: () => void
}

/** A prober that was not heard for so long is offline. */
const OFFLINE_MS = 30_000
const LOOK_MS = 5_000

const keyOf = (prober_id: string) => `prober:${prober_id}`
const titleOf = ({ row }: Remote) => `Prober ${row.name} (${row.region}) is offline`

/** Which probers there are elsewhere, and whether they are there. */
export function createPresence({ app, blind, onDeserted, onIncident, onGone }: Parts) {
  const { clock, db, log } = app
  const boot = Bun.randomUUIDv7().slice(-12)
  const byId = new Map<string, Remote>()
  let stopped = true

  const inRegion = (tenant_id: string, region: string) =>
    [...byId.values()].filter(({ row }) => row.tenant_id === tenant_id && row.region === region)
  const online = (tenant_id: string, region: string) =>
    inRegion(tenant_id, region).filter(({ state }) => state === 'online')
  const renew = ({ tenant_id, region }: Remote['row']) => {
    for (const remote of inRegion(tenant_id, region)) remote.renew()
  }

  /** One that checked from there does so no longer; others share its monitors, or nobody sees them. */
  function leave(row: Remote['row'], why: string) {
    renew(row)
    if (online(row.tenant_id, row.region).length === 0) onDeserted(row, why)
  }

  async function gone(remote: Remote) {
    const { id, tenant_id, name } = remote.row
    remote.state = 'offline'
    leave(remote.row, `The prober ${name} is offline`)
    const message = `Nothing was heard of it since ${moment(isoAt(remote.contact_at))}`
    await db.tx((tx) =>
      openFor(tx, {
        tenant_id,
        dedup_key: keyOf(id),
        source_type: 'prober',
        title: titleOf(remote),
        severity: 'high',
        message,
        opened_at: isoAt(remote.contact_at),
        at: isoAt(clock.now()),
      }),
    )
    onIncident()
    await blind.begin(id, 'offline', message, remote.contact_at)
    onGone()
  }
  async function back(remote: Remote) {
    const { id, tenant_id, name } = remote.row
    const was = remote.state
    remote.state = 'online'
    renew(remote.row)
    if (was !== 'offline') return
    const at = isoAt(clock.now())
    await db.tx((tx) => closeFor(tx, { tenant_id, dedup_key: keyOf(id), message: `${name} is back`, at }))
    onIncident()
    await blind.end(id, 'offline')
  }
  const working = new Set<Promise<unknown>>()
  function aside(work: Promise<unknown>) {
    const done = work
      .catch((error) => log.error('A change of a prober could not be recorded', { error: error as Error }))
      .finally(() => working.delete(done))
    working.add(done)
  }

  let looked_at = clock.monotonic()
  function look() {
    if (stopped) return
    const now = clock.monotonic()
    // Whoever looks so late did not run meanwhile, and could hear nobody.
    const deaf = now - looked_at > 2 * LOOK_MS
    looked_at = now
    for (const remote of byId.values()) {
      if (deaf) remote.heard_at = now
      if (remote.state === 'online' && now - remote.heard_at > OFFLINE_MS) aside(gone(remote))
    }
    clock.after(LOOK_MS, look)
  }
  /** It was heard. */
  function contact(id: string): Remote {
    const remote = byId.get(id)
    if (!remote) throw fail('NOT_FOUND')
    remote.contact_at = clock.now()
    remote.heard_at = clock.monotonic()
    if (remote.state !== 'online') aside(back(remote))
    return remote
  }

  /** The probers of a workspace as they are stored now. */
  async function reload(tenant_id?: string) {
    const rows = await db.read
      .select()
      .from(probers)
      .where(tenant_id === undefined ? undefined : eq(probers.tenant_id, tenant_id))
    const stored = new Map(rows.map((row) => [row.id, row]))
    for (const [id, { row, wake }] of byId) {
      if (stored.has(id) || (tenant_id !== undefined && row.tenant_id !== tenant_id)) continue
      byId.delete(id)
      wake()
      leave(row, `The prober ${row.name} was deleted`)
      const over = { tenant_id: row.tenant_id, dedup_key: keyOf(id), message: `${row.name} was deleted` }
      await db.tx((tx) => closeFor(tx, { ...over, at: isoAt(clock.now()) }))
      onIncident()
    }
    for (const row of rows) {
      const known = byId.get(row.id)
      const before = known?.row
      if (known) known.row = row
      else byId.set(row.id, createRemote(row, clock, boot))
      const moved = before !== undefined && before.region !== row.region
      if (before && moved) leave(before, `The prober ${row.name} has left`)
      // A new name or new anchors give nobody other work; who waits for news hears of the anchors.
      if (!before || moved) renew(row)
      else if (before.anchors.join() !== row.anchors.join()) known?.wake()
    }
  }

  /** Those whose end was not seen before the restart: whoever comes back ends it. */
  async function stillGone() {
    const open = await db.read
      .select({ dedup_key: incidents.dedup_key })
      .from(incidents)
      .where(and(sql`${incidents.status} <> 'resolved'`, eq(incidents.source_type, 'prober')))
    const unseen = await db.read
      .select({ id: blind_periods.prober_id })
      .from(blind_periods)
      .where(and(isNull(blind_periods.until), eq(blind_periods.cause, 'offline')))
    const keys = new Set([...open.map(({ dedup_key }) => dedup_key), ...unseen.map(({ id }) => keyOf(id ?? ''))])
    const away = [...byId.values()].filter(({ state, row }) => state === 'online' && keys.has(keyOf(row.id)))
    for (const remote of away) remote.state = 'offline'
    for (const { row } of away) leave(row, `The prober ${row.name} is offline`)
  }

  return {
    async start() {
      await reload()
      await stillGone()
      stopped = false
      looked_at = clock.monotonic()
      clock.after(LOOK_MS, look)
    },
    stop() {
      stopped = true
      for (const { wake } of byId.values()) wake()
    },
    settled: () => Promise.all(working).then(() => {}),
    stopped: () => stopped,
    /** Work that nobody waits for until the end. */
    aside,
    reload,
    contact,
    get: (id: string) => byId.get(id),
    all: () => byId.values(),
    inRegion,
    online,
  }
}
export type Presence = ReturnType<typeof createPresence>
