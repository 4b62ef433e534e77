import { fail } from '#kernel/fail'

/** OWASP minimum for argon2id: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const ARGON = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const
const QUEUE = 64

let running = false
const waiting: (() => void)[] = []

const full = () => fail('SERVICE_UNAVAILABLE', { message: 'Too many sign-ins at once; try again shortly' })

let inside = 0
/**
 * Runs a sign-in that will ask for a hash; refuses it before it has cost anything when more are under way than the queue
 * takes. What a storm of them writes to the database would hold up the checks.
 */
export async function withPlace<T>(work: () => Promise<T>): Promise<T> {
  if (inside >= QUEUE) throw full()
  inside++
  try {
    return await work()
  } finally {
    inside--
  }
}

/** One hash at a time: hashing shares Bun's thread pool with DNS and files, and a burst of sign-ins must not delay checks. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running) {
    if (waiting.length >= QUEUE) throw full()
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

/** Its cost grows with the square of the length; 32 characters take some 25 ms at worst. */
const JUDGED_CHARS = 32
/** So long a password need not look random, as long as it does not repeat itself. */
const LONG = 20

/** Loaded when the first password is chosen: 49,000 leaked ones and the keyboards take 60 ms and some 30 MB. */
let judge: Promise<(text: string, own: string[]) => number> | undefined
async function load() {
  const turn = () => new Promise((done) => setImmediate(done))
  // A step at a time: checks and requests get their turn in between.
  const { ZxcvbnFactory } = await import('@zxcvbn-ts/core')
  await turn()
  const { dictionary, adjacencyGraphs } = await import('@zxcvbn-ts/language-common')
  await turn()
  const factory = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })
  await turn()
  return (text: string, own: string[]) => factory.check(text, own).score
}
function loadJudge() {
  judge ??= load()
  return judge
}

/** The same again and again, the last time perhaps cut off. */
function repeats(text: string): boolean {
  for (let period = 1; period <= text.length / 2; period++) if (text.startsWith(text.slice(period))) return true
  return false
}

/** Long and varied, once the person's own words are taken out. */
function isLong(lower: string, own: string[]): boolean {
  const rest = own.reduce((text, word) => text.replaceAll(word, ''), lower)
  return rest.length >= LONG && new Set(rest).size >= 8 && !repeats(rest)
}

/**
 * Why a new password is refused, or nothing. Works offline: length, repetition, the person's own names (`own`), and how
 * many guesses somebody would need who knows the passwords that leaked elsewhere.
 */
export async function weakness(password: string, own: string[]): Promise<string | undefined> {
  if (password.length < 10) return 'must have at least 10 characters'
  if (password.length > 256) return 'must have at most 256 characters'
  const lower = password.toLowerCase()
  if (new Set(lower).size < 5) return 'must not repeat the same few characters'
  if (/^(.{1,4})\1+$/.test(lower) || '01234567890123456789abcdefghijklmnopqrstuvwxyz'.includes(lower))
    return 'must not be a pattern'
  if (/^(password|passwort|qwertyuiop|qwertz|letmein|iloveyou|welcome|administrator|changeme)[\d!.]*$/.test(lower))
    return 'is among the first that attackers try'
  const words = own.map((word) => word.toLowerCase()).filter((word) => word.length > 3)
  if (words.includes(lower)) return 'must not be your own name or address'
  if (isLong(lower, words)) return undefined
  const score = (await loadJudge())(password.slice(0, JUDGED_CHARS), [...words, 'xinex'])
  return score >= 2 ? undefined : 'is too easy to guess: add words that have nothing to do with each other'
}
