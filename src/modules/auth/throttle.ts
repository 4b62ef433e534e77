import { and, eq, inArray, lt } from 'drizzle-orm'
import type { Reader, Writer } from '#db/client'
import { known_devices, login_failures, users } from '#db/schema/auth'
import { change } from '#kernel/change'
import { subscriberOf } from '#kernel/client-address'
import { isoAt } from '#kernel/clock'
import { type App, nowhere, systemCtx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { sha256 } from '#kernel/secrets'

/** Wrong answers that cost nothing, and the longest wait; in between each one doubles the wait, from one second. */
const FREE = { account: 5, address: 20 } as const
const LONGEST_S = 900
/** So long after the last wrong answer nobody remembers it. */
const FORGOTTEN_MS = 86_400_000

const keyOf = (kind: 'account' | 'mfa' | 'address', who: string) => `${kind}:${sha256(who)}`

/** Names that a directory takes for the same (RFC 4518) are the same here, or each spelling would buy fresh guesses. */
const spelled = (name: string) =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Default_Ignorable_Code_Point}\s]/gu, '')

/** Seconds to wait after so many wrong answers in a row. */
export const delayAfter = (failures: number, free: number): number =>
  failures < free ? 0 : Math.min(LONGEST_S, 2 ** Math.min(failures - free, 20))

type Guess = {
  /** Whose password is guessed at: the address or name that was typed. */
  account: string
  /** Whose second factor it is instead; `account` is the id of a user then, which nobody can type as a name. */
  mfa?: true
  address: string
  /**
   * What only its owner can have: a browser they signed in from before (`knownDevice`), a session of theirs. It has a
   * count of its own, so that no stranger can lock the owner out. Never what a client merely says.
   */
  apart?: string
}

/** The browser of the cookie, when this very account was signed in to from it; anything else is no proof of anything. */
export async function knownDevice(app: App, email: string, device: string | undefined): Promise<string | undefined> {
  if (device === undefined) return undefined
  const hash = sha256(device)
  const [known] = await app.db.read
    .select({ hash: known_devices.hash })
    .from(known_devices)
    .innerJoin(users, eq(users.id, known_devices.user_id))
    .where(and(eq(users.email, email), eq(known_devices.hash, hash)))
  return known?.hash
}

type Key = { key: string; free: number }

/** The count of each key, and how long somebody has to wait because of them. */
async function countsOf(db: Reader | Writer, now: number, keys: Key[]) {
  const found = await db
    .select()
    .from(login_failures)
    .where(
      inArray(
        login_failures.key,
        keys.map(({ key }) => key),
      ),
    )
  const rows = keys.map((one) => {
    const row = found.find(({ key }) => key === one.key)
    const known = row && now - Date.parse(row.last_at) < FORGOTTEN_MS ? row : undefined
    const until = Date.parse(known?.blocked_until ?? '') || 0
    // Longer than the longest wait: the clock was set back since.
    return { ...one, failures: known?.failures ?? 0, wait: until - now > LONGEST_S * 1000 ? 0 : until - now }
  })
  return { rows, wait_ms: Math.max(0, ...rows.map(({ wait }) => wait)) }
}

/** Counts a wrong answer before it is one; answers how long to wait instead, when it is too early for another. */
async function countUp(app: App, keys: Key[]) {
  const now = app.clock.now()
  // Looked at without a transaction first: a storm of guesses at one account costs a read each, and nobody's turn.
  const { wait_ms } = await countsOf(app.db.read, now, keys)
  return wait_ms > 0 ? { wait_ms, blocks: false } : countIn(app, now, keys)
}

const countIn = (app: App, now: number, keys: Key[]) =>
  app.db.tx(async (tx) => {
    const { rows, wait_ms } = await countsOf(tx, now, keys)
    if (wait_ms > 0) return { wait_ms, blocks: false }
    for (const { key, free, failures } of rows) {
      const delay_s = delayAfter(failures + 1, free)
      const blocked_until = delay_s > 0 ? isoAt(now + delay_s * 1000) : null
      const row = { key, failures: failures + 1, last_at: isoAt(now), blocked_until }
      await tx.insert(login_failures).values(row).onConflictDoUpdate({ target: login_failures.key, set: row })
    }
    return { wait_ms: 0, blocks: rows[0]?.failures === FREE.account - 1 }
  })

const countDown = (app: App, [account, address]: { key: string }[]) =>
  app.db.tx(async (tx) => {
    if (account) await tx.delete(login_failures).where(eq(login_failures.key, account.key))
    const [row] = address ? await tx.select().from(login_failures).where(eq(login_failures.key, address.key)) : []
    // The address keeps its count: somebody's own account must not be the way to go on guessing at others.
    if (row)
      await tx
        .update(login_failures)
        .set({ failures: Math.max(0, row.failures - 1), blocked_until: null })
        .where(eq(login_failures.key, row.key))
  })

async function recordBlock(app: App, { account, address, mfa }: Guess) {
  const [user] = await app.db.read
    .select({ id: users.id })
    .from(users)
    .where(eq(mfa ? users.id : users.email, account))
  if (user) await change(systemCtx(app, nowhere, { address }), 'user.throttled', async () => user)
}

/**
 * Runs `check`, which proves something by a secret that could be guessed; throws RATE_LIMITED with the time to wait
 * after too many wrong ones. Counted before the answer is known, so a hundred guesses at once are a hundred guesses.
 */
export async function throttled<T>(
  app: App,
  guess: Guess,
  check: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const { account, address, apart, mfa } = guess
  const own = (rest = '') => keyOf(mfa ? 'mfa' : 'account', spelled(account) + rest)
  // A known browser is not held up by the neighbours behind its address either.
  const keys = apart
    ? [{ key: own(`\n${apart}`), free: FREE.account }]
    : [
        { key: own(), free: FREE.account },
        { key: keyOf('address', subscriberOf(address)), free: FREE.address },
      ]
  const { wait_ms, blocks } = await countUp(app, keys)
  if (wait_ms > 0) {
    const retry_after_s = Math.ceil(wait_ms / 1000)
    throw fail('RATE_LIMITED', {
      message: `Too many wrong attempts; try again in ${retry_after_s} s`,
      headers: { 'retry-after': String(retry_after_s) },
      details: { retry_after_s },
    })
  }
  const proven = await check()
  if (proven !== undefined) await countDown(app, keys)
  else if (blocks) await recordBlock(app, guess)
  return proven
}

/** Who has proven to own the account another way need not wait for what others guessed. */
export const forgetGuesses = (tx: Writer, account: string) =>
  tx.delete(login_failures).where(eq(login_failures.key, keyOf('account', spelled(account))))

export const forgetFailures = (app: App) =>
  app.db.tx((tx) => tx.delete(login_failures).where(lt(login_failures.last_at, isoAt(app.clock.now() - FORGOTTEN_MS))))
