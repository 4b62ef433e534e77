import { rmSync } from 'node:fs'
import { inArray } from 'drizzle-orm'
import { deliveries } from '#db/schema/engine'
import { type Booted, boot, START } from '../boot'
import { target } from '../listeners'
import { killed, seeded, single } from './kills'
import { hookReceiver, mailReceiver, pushReceiver, smsReceiver } from './receivers'

export type Person = 'alice' | 'dan' | 'carol' | 'bob'
type Step = { delay_s?: number; call: (Person | { schedule: string } | { channel: string })[] }
export const MIN = 60_000
/** Hours are played, with many starts: a story may take so long. */
export const PATIENCE_MS = 30_000
const NUMBERS: Record<Person, string> = {
  ...{ alice: '+4915100000001', dan: '+4915100000002', carol: '+4915100000003', bob: '+4915100000004' },
}

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
  const target_of = (to: Step['call'][number]) =>
    typeof to === 'string'
      ? { type: 'user', id: t.people[to].id }
      : 'schedule' in to
        ? { type: 'schedule', id: to.schedule }
        : { type: 'channel', id: to.channel }

  return {
    get t() {
      return t
    },
    ...{ ops, site, sms, as, ask, settle, count },
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
    policy: (steps: Step[], more: object = {}) =>
      ask('POST', '/escalation-policies', {
        name: `Policy ${Bun.randomUUIDv7().slice(-6)}`,
        is_default: true,
        steps: steps.map(({ delay_s = 300, call }) => ({ delay_s, targets: call.map(target_of) })),
        ...more,
      }),
    channel: (more: object = {}): Promise<{ id: string }> =>
      ask('POST', '/notification-channels', { name: 'Ops', type: 'webhook', settings: { url: ops.url }, ...more }),
    schedule: (people: Person[], more: object = {}, about: object = {}): Promise<{ id: string; name: string }> =>
      ask('POST', '/schedules', {
        name: `Rota ${Bun.randomUUIDv7().slice(-6)}`,
        timezone: 'UTC',
        layers: [
          {
            ...{ name: 'Primary', priority: 1, rotation: 'daily', length: 1, handoff_time: '09:00' },
            ...{ start_date: '2026-04-01', participants: people.map((name) => t.people[name].id), restrictions: [] },
            ...more,
          },
        ],
        ...about,
      }),
    /** A phone of somebody, which gets text messages through a channel of the workspace once it is `confirmed`. */
    async phone(who: Person, confirmed = true): Promise<string> {
      const account = { account_sid: `AC${'0'.repeat(32)}`, auth_token: 'token', from: '+15550000000' }
      const settings = { ...account, server: sms.url, to: ['+15550000001'] }
      const via = { name: `Texts ${who}`, type: 'twilio', is_default: false, settings }
      const { id: via_id } = await ask('POST', '/notification-channels', via)
      const way = { name: 'Phone', type: 'twilio', via_id, settings: { to: [NUMBERS[who]] } }
      const { id } = await as(who, 'POST', '/users/me/contact-methods', way)
      if (confirmed) await as(who, 'POST', `/users/me/contact-methods/${id}/verify`, { code: sms.code() })
      return id
    },
    /** A browser of somebody that is registered for push messages. */
    browser: (who: Person) => as(who, 'POST', '/push-tokens', push.subscribe(who)),
    prefs: (who: Person, more: object) => as(who, 'PUT', '/users/me/notification-prefs', { ...PREFS, ...more }),
    /** Something that a person found. */
    incident: async (title = 'Shop is slow', more: object = {}): Promise<string> =>
      (await ask('POST', '/incidents', { title, ...more })).id,
    async monitor(name: string, more: object = {}) {
      const about = { name, type: 'http', url: site.url, alert_threshold: 1, recovery_threshold: 1, ...more }
      const { id } = await ask('POST', '/monitors', about)
      return id as string
    },
    /** A check that died with the program is made again, as it would be in its next slot. */
    async check(id: string) {
      for (let deaths = -1; deaths !== count.deaths; ) {
        deaths = count.deaths
        await ask('POST', `/monitors/${id}/check`)
      }
    },
    act: (id: string, verb: string, body: object = {}) => ask('POST', `/incidents/${id}/${verb}`, body),
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

/** What everybody begins with; the text message to a phone is for pages alone. */
const PREFS = {
  ...{ matrix: {}, rules: [] },
  quiet_hours: { enabled: false, timezone: 'UTC', from: '22:00', to: '07:00', days: [], critical_exempt: true },
  digest: { enabled: false, timezone: 'UTC', time: '08:00', days: [] },
}
export type World = Awaited<ReturnType<typeof world>>
