import { fail } from '#kernel/fail'

/** OWASP minimum for argon2id: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const ARGON = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const
const QUEUE = 64

let running = false
const waiting: (() => void)[] = []

/** One hash at a time: hashing shares Bun's thread pool with DNS and files, and a burst of sign-ins must not delay checks. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running) {
    if (waiting.length >= QUEUE)
      throw fail('SERVICE_UNAVAILABLE', { message: 'Too many sign-ins at once; try again shortly' })
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  running = true
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running = false
  }
}

export const hashPassword = (password: string) => inTurn(() => Bun.password.hash(password, ARGON))

/** A hash of nothing, so that an unknown account costs as much time as a wrong password. */
let decoy: Promise<string> | undefined

/** False for a wrong password, an unknown account (`undefined`) and a hash that cannot be read. */
export async function checkPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  decoy ??= hashPassword(crypto.randomUUID())
  const against = hash ?? (await decoy)
  const same = await inTurn(() => Bun.password.verify(password, against).catch(() => false))
  return same && hash != null
}

/** Why a new password is refused, or nothing. Works offline: length, repetition, and the person's own names. */
export function weakness(password: string, own: string[]): string | undefined {
  if (password.length < 10) return 'must have at least 10 characters'
  if (password.length > 256) return 'must have at most 256 characters'
  const lower = password.toLowerCase()
  if (new Set(lower).size < 5) return 'must not repeat the same few characters'
  if (/^(.{1,4})\1+$/.test(lower) || '01234567890123456789abcdefghijklmnopqrstuvwxyz'.includes(lower))
    return 'must not be a pattern'
  if (/^(password|passwort|qwertyuiop|qwertz|letmein|iloveyou|welcome|administrator|changeme)[\d!.]*$/.test(lower))
    return 'is among the first that attackers try'
  for (const word of own)
    if (word.length > 3 && lower === word.toLowerCase()) return 'must not be your own name or address'
  return undefined
}
