import { eq, lt } from 'drizzle-orm'
import { login_failures } from '#db/schema/auth'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { fail } from '#kernel/fail'
import { sha256 } from '#kernel/secrets'

/** Wrong answers that cost nothing, and the longest wait; in between each one doubles the wait, from one second. */
const FREE = { account: 5, address: 20 } as const
const LONGEST_S = 900
/** So long after the last wrong answer nobody remembers it. */
const FORGOTTEN_MS = 86_400_000

type Kind = keyof typeof FREE
const keyOf = (kind: Kind, who: string) => `${kind}:${sha256(who)}`

/** Seconds to wait after so many wrong answers in a row. */
export const delayAfter = (failures: number, free: number): number =>
  failures < free ? 0 : Math.min(LONGEST_S, 2 ** Math.min(failures - free, 20))

/**
 * Runs `check`, which proves something by a secret that could be guessed; throws RATE_LIMITED with the time to wait
 * after too many wrong ones. Counted before the answer is known, so a hundred guesses at once are a hundred guesses.
 * `account` names what is guessed at: somebody who signs in from a known browser has a count of their own, so that
 * nobody else can lock them out.
 */
export async function throttled<T>(
  app: App,
  { account, address, device }: { account: string; address: string; device?: string },
  check: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const keys = [
    { key: keyOf('account', device ? `${account}|${device}` : account), free: FREE.account },
    { key: keyOf('address', address), free: FREE.address },
  ]
  const now = app.clock.now()
  const wait_ms = await app.db.tx(async (tx) => {
    const rows = await Promise.all(
      keys.map(async (one) => {
        const [row] = await tx.select().from(login_failures).where(eq(login_failures.key, one.key))
        const known = row && now - Date.parse(row.last_at) < FORGOTTEN_MS ? row : undefined
        return { ...one, failures: known?.failures ?? 0, until: Date.parse(known?.blocked_until ?? '') || 0 }
      }),
    )
    const wait = Math.max(...rows.map(({ until }) => until)) - now
    if (wait > 0) return wait
    for (const { key, free, failures } of rows) {
      const delay_s = delayAfter(failures + 1, free)
      const blocked_until = delay_s > 0 ? isoAt(now + delay_s * 1000) : null
      const row = { key, failures: failures + 1, last_at: isoAt(now), blocked_until }
      await tx.insert(login_failures).values(row).onConflictDoUpdate({ target: login_failures.key, set: row })
    }
    return 0
  })
  if (wait_ms > 0) {
    const retry_after_s = Math.ceil(wait_ms / 1000)
    throw fail('RATE_LIMITED', {
      message: `Too many wrong attempts; try again in ${retry_after_s} s`,
      headers: { 'retry-after': String(retry_after_s) },
      details: { retry_after_s },
    })
  }
  const proven = await check()
  // The address keeps its count: somebody's own account must not be the way to go on guessing at others.
  if (proven !== undefined)
    await app.db.tx(async (tx) => {
      const [account, address] = keys
      if (account) await tx.delete(login_failures).where(eq(login_failures.key, account.key))
      const [row] = address ? await tx.select().from(login_failures).where(eq(login_failures.key, address.key)) : []
      if (row)
        await tx
          .update(login_failures)
          .set({ failures: Math.max(0, row.failures - 1), blocked_until: null })
          .where(eq(login_failures.key, row.key))
    })
  return proven
}

export const forgetFailures = (app: App) =>
  app.db.tx((tx) => tx.delete(login_failures).where(lt(login_failures.last_at, isoAt(app.clock.now() - FORGOTTEN_MS))))
