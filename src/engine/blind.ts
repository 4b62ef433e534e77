import { and, eq, isNull } from 'drizzle-orm'
import { blind_periods } from '#db/schema/engine'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

type Cause = typeof blind_periods.$inferSelect.cause

/** The times in which the appliance or a prober could not see, as rows; none of them ever stops anything else. */
export function createBlind({ db, log, clock }: Omit<App, 'engine'>) {
  const open = (prober_id: string | null, cause: Cause) =>
    and(
      prober_id === null ? isNull(blind_periods.prober_id) : eq(blind_periods.prober_id, prober_id),
      eq(blind_periods.cause, cause),
      isNull(blind_periods.until),
    )
  const complain = (error: unknown) => log.error('A blind time could not be recorded', { error: error as Error })
  /** One after the other: the end must not overtake the beginning. */
  let tail: Promise<unknown> = Promise.resolve()
  function queued(work: () => Promise<unknown>): Promise<void> {
    const done = tail.then(work).then(() => {}, complain)
    tail = done
    return done
  }

  return {
    begin: (prober_id: string | null, cause: Cause, message: string, from: number) =>
      queued(() =>
        db.tx(async (tx) => {
          const [known] = await tx.select().from(blind_periods).where(open(prober_id, cause)).limit(1)
          if (!known) await tx.insert(blind_periods).values({ prober_id, cause, message, from: isoAt(from) })
        }),
      ),
    end: (prober_id: string | null, cause: Cause, until = clock.now()) =>
      queued(() =>
        db.tx((tx) =>
          tx
            .update(blind_periods)
            .set({ until: isoAt(until) })
            .where(open(prober_id, cause)),
        ),
      ),
    /** One that is over already. */
    note: (prober_id: string | null, cause: Cause, message: string, from: number, until: number) =>
      queued(() =>
        db.tx((tx) =>
          tx.insert(blind_periods).values({ prober_id, cause, message, from: isoAt(from), until: isoAt(until) }),
        ),
      ),
    settled: () => tail.then(() => {}),
  }
}
export type Blind = ReturnType<typeof createBlind>
