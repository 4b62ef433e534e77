import { eq } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { heartbeat_flips, heartbeat_states } from '#db/schema/heartbeat-states'
import { keysOf } from '#engine/heartbeats/news'
import { type HeartbeatRow, jobOf, load, stateRow } from '#engine/heartbeats/rows'
import { closeQuietly } from '#engine/incidents'
import type { State } from '#heartbeats/define'
import { armed, newState, paused, resumed } from '#heartbeats/step'
import { toolsOf } from '#heartbeats/tools'
import type { Tx } from '#kernel/context'

/** The standing of one heartbeat, inside the transaction that changes it. */
async function standing(db: Writer, number: number) {
  const found = (await load(db, [number])).get(number)
  if (!found) throw new Error('A heartbeat without a state')
  const tools = toolsOf(found.job, { model: found.model, recent: [], today: { cost_usd: 0, tokens: 0 } })
  return { ...found, tools }
}
const write = (db: Writer, number: number, state: State) =>
  db.update(heartbeat_states).set(stateRow(number, state)).where(eq(heartbeat_states.heartbeat, number))

async function flip({ db, at }: Tx, number: number, from: State['status'], to: State['status']) {
  if (from !== to)
    await db.insert(heartbeat_flips).values({ heartbeat: number, from, to, at, reason: null, message: null })
}
const closeIncidents = ({ db, tenant, at }: Tx, id: string, why: string) =>
  closeQuietly(db, { tenant_id: tenant.id, keys: [...keysOf(id)], why, at })

/** A new one: nothing is expected before its first ping. */
export async function begin(tx: Tx, row: HeartbeatRow): Promise<State> {
  const state = newState(Date.parse(tx.at))
  await tx.db.insert(heartbeat_states).values(stateRow(row.number, state))
  return state
}
/** Nothing is expected, and what was open about it ends without a word. */
export async function pause(tx: Tx, row: HeartbeatRow): Promise<State> {
  const { job, state, tools } = await standing(tx.db, row.number)
  if (state.status === 'paused') return state
  const now = paused(job, state, Date.parse(tx.at), tools)
  await flip(tx, row.number, state.status, 'paused')
  await write(tx.db, row.number, now)
  await closeIncidents(tx, row.id, 'The heartbeat was paused')
  return now
}
/** Listened to again: expected from its next ping on. */
export async function resume(tx: Tx, row: HeartbeatRow): Promise<State> {
  const { job, state, tools } = await standing(tx.db, row.number)
  if (state.status !== 'paused') return state
  const now = resumed(job, state, Date.parse(tx.at), tools)
  await flip(tx, row.number, 'paused', 'new')
  await write(tx.db, row.number, now)
  return now
}
/** After an edit: the deadlines by the new schedule; `row` as it is stored now. */
export async function replan(tx: Tx, row: HeartbeatRow): Promise<State> {
  const { state, tools } = await standing(tx.db, row.number)
  const now = armed(jobOf(row), state, tools)
  await write(tx.db, row.number, now)
  return now
}
/** Before it is deleted; what was open about it ends. */
export const end = (tx: Tx, id: string) => closeIncidents(tx, id, 'The heartbeat was deleted')
