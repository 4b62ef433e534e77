import { rmSync } from 'node:fs'
import { inArray } from 'drizzle-orm'
import { deliveries } from '#db/schema/engine'
import { type Booted, boot, START } from '../boot'
import { target } from '../listeners'
import { castOf, type Person } from './cast'
import { killed, seeded, single } from './kills'
import { hookReceiver, mailReceiver, pushReceiver, smsReceiver } from './receivers'

export const MIN = 60_000
/** Hours are played, with many starts: a story may take so long. */
export const PATIENCE_MS = 30_000
/**
 * A whole appliance with everybody's mailbox, phone and browser and a room (`ops`), and one line for each message in the
 * order in which they came: "dan: Shop is down". Nothing is awaited by time: the clock is the story's. With `kills`, a seed,
 * it is killed now and then and started again on what the disk holds: between two steps, in the middle of whatever it does
 * after one, and when a message has come whose sender waits for the answer. A message that came twice must have the same id
 * and say the same, and counts once.
 */
export async function world({ kills = 0, now = START } = {}) {
  const chance = seeded(kills)
  const perhaps = (share: number) => kills > 0 && chance() < share
  let lines: string[] = []
  const heard = new Map<string, string>()
  const count = { deaths: 0, twice: 0 }
  const dead: { folder: string; buried: () => Promise<void> }[] = []
  let asking = 0
  const asked: (() => void)[] = []
  /** What says this gets no answer before that is over. */
  let held: { words: RegExp; over: ReturnType<typeof Promise.withResolvers<void>> } | undefined
  let next = Promise.withResolvers<void>()
  /** Nobody is left with a question that was never answered: the stories do not ask again. */
  const noneAsking = () => new Promise<void>((go) => (asking === 0 ? go() : asked.push(go)))

  async function hear(line: string, id: string, aside = false) {
    if (aside) return
    const before = heard.get(id)
    if (before === undefined) {
      lines.push(line)
      next.resolve()
      next = Promise.withResolvers()
    } else if (before !== line) lines.push(`${line} (which came before as: ${before})`)
    else count.twice++
    heard.set(id, line)
    if (held?.words.test(line)) await held.over.promise
    if (perhaps(0.3)) await crash()
  }
  const mail = await mailReceiver(hear)
  const [ops, sms, push] = [hookReceiver(hear), smsReceiver(hear), pushReceiver(hear)]
  const site = target()
  let t: Booted = await boot({ now, config: { smtpUrl: mail.url, publicUrl: 'https://up.example.test' } })

  let off_ms = 0
  const death = single(async () => {
    await noneAsking()
    const { folder } = t
    const { buried, ...next } = await killed(t, off_ms)
    dead.push({ folder, buried })
    t = next.t
    count.deaths++
  })
  async function crash(off = 0) {
    off_ms = off
    await death.run()
  }
  async function settle() {
    for (let was: Booted | undefined; was !== t; ) {
      was = t
      await was.appliance.idle()
      await death.over()
    }
  }
  /** In the middle of what it does now. */
  async function perhapsKilled(share: number) {
    if (!perhaps(share)) return
    for (let turns = Math.floor(chance() * 40); turns > 0; turns--) await new Promise((next) => setImmediate(next))
    await crash()
  }
  async function as(who: Person | 'nobody', method: string, path: string, body?: unknown) {
    await death.over()
    asking++
    const answer = await t[who](method, path, body).finally(() => {
      if (--asking === 0) for (const go of asked.splice(0)) go()
    })
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    if (held) return answer.body
    await perhapsKilled(0.25)
    await settle()
    return answer.body
  }
  const ask = (method: string, path: string, body?: unknown) => as('alice', method, path, body)
  return {
    get t() {
      return t
    },
    ...{ ops, site, sms, mail, as, ask, settle, count },
    ...castOf({ t: () => t, as, count, ops, site, sms, push }),
    /** Ends as a kill would, and is started again on what was written, so much later. */
    async crash(off = 0) {
      await crash(off)
      if (!held) await settle()
    },
    /** Whoever is sent this waits with the answer until `release`; nothing is waited for until then. */
    hold(words: RegExp) {
      held = { words, over: Promise.withResolvers() }
    },
    async release(rest = true) {
      held?.over.resolve()
      held = undefined
      if (rest) await settle()
    },
    /** The next message has come. */
    next: () => next.promise,
    /** So many messages wait, or are on their way. */
    async queued(count: number) {
      const open = inArray(deliveries.status, ['pending', 'sending'])
      while ((await t.app.db.read.$count(deliveries, open)) < count) await new Promise((turn) => setImmediate(turn))
    },
    /** What has come since it was last asked, in order. */
    said() {
      const said = lines
      lines = []
      return said
    },
    async pass(ms: number) {
      for (const end = t.clock.now() + ms; t.clock.now() < end; ) {
        const { clock } = t
        await clock.advance(end - clock.now(), async () => {
          await perhapsKilled(0.002)
          await settle()
        })
      }
      await perhapsKilled(0.25)
      await settle()
    },
    async stop() {
      await settle()
      for (const { stop } of [ops, sms, push, site, mail]) stop()
      for (const { buried } of dead) await buried()
      const { folder } = t
      await t.stop()
      for (const one of [folder, ...dead.map(({ folder }) => folder)]) rmSync(one, { recursive: true, force: true })
    },
  }
}

export type World = Awaited<ReturnType<typeof world>>
