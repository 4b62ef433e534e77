import { eq } from 'drizzle-orm'
import { heartbeats } from '#db/schema/heartbeats'
import type { Incoming, Taken } from '#engine/heartbeats/index'
import type { Run } from '#heartbeats/define'
import { isoAt } from '#kernel/clock'
import type { App, Ctx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { sha256 } from '#kernel/secrets'
import { one } from '#modules/heartbeats/service'
import { type Details, signalOf } from './report'
import type { Report } from './schema'
import { verdictOf } from './verdict'

type Told = ReturnType<typeof signalOf>
/** From where it came. */
export type Sender = { address?: string; agent?: string }

/** A run that was not counted is in no table; whoever sent it sees what arrived. */
const uncounted = ({ signal: { at, run } }: Incoming): Run => ({
  status: run?.status ?? 'ok',
  began_at: run?.started_at ?? null,
  ended_at: run?.ended_at ?? at,
  duration_ms: null,
  rid: null,
  numbers: { ...run?.numbers },
})
function shown({ began_at, ended_at, ...run }: Run, details: Details, problems: string[]) {
  return {
    ...run,
    ...{ began_at: began_at === null ? null : isoAt(began_at), ended_at: isoAt(ended_at) },
    ...{ details: { ...details }, problems },
  }
}

async function take(
  app: App,
  target: Pick<Incoming, 'number' | 'slug_hash'>,
  { signal, details }: Told,
  { address, agent }: Sender,
) {
  const incoming: Incoming = {
    ...target,
    ...{ signal, details, door: 'api', method: 'POST' },
    ...{ address, agent: agent?.slice(0, 200) },
  }
  const taken: Taken | undefined = await app.engine.heartbeats.take(incoming).catch((error) => {
    app.log.error('A run could not be recorded', { error })
    throw fail('SERVICE_UNAVAILABLE', { message: 'The run could not be written: report it again' })
  })
  if (!taken) throw fail('NOT_FOUND')
  const verdict = verdictOf(taken, signal.at)
  const codes = verdict.broken.map(({ code }) => code)
  return { run: shown(taken.run ?? uncounted(incoming), details, codes), verdict }
}

/** A run of an agent, by whoever may write heartbeats. */
export async function report(ctx: Ctx, id: string, body: Report, agent?: string) {
  const { row } = await one(ctx, id, 'ai')
  return take(ctx.app, { number: row.number }, signalOf(body, ctx.now()), { address: ctx.address, agent })
}

/** The same by the secret address of the heartbeat, for agents without a token. */
export async function reportBySlug(app: App, slug: string, body: Report, sender: Sender) {
  // Whoever has a mistake in both hears of the run first: that costs no look at the database.
  const told = signalOf(body, app.clock.now())
  const slug_hash = sha256(slug)
  const number = await app.engine.heartbeats.find(slug_hash)
  if (number === undefined) throw fail('NOT_FOUND')
  const [known] = await app.db.read
    .select({ kind: heartbeats.kind })
    .from(heartbeats)
    .where(eq(heartbeats.number, number))
  if (known?.kind !== 'ai') throw invalid({ slug: 'belongs to a heartbeat of a job: ping it without /run' })
  return take(app, { number, slug_hash }, told, sender)
}
