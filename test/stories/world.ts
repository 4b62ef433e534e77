import { boot } from '../boot'
import { listener, target } from '../listeners'
import { withMail } from '../mailbox'

export type Person = 'alice' | 'dan' | 'carol' | 'bob'
type Step = { delay_s?: number; call: (Person | { schedule: string } | { channel: string })[] }
export const MIN = 60_000

/**
 * A whole appliance with everybody's mailbox and a room (`ops`), and one line for each message in the order in which they
 * came: "dan: Shop is down". Nothing is awaited by time: the clock is the story's. With `kills`, a seed, it is killed now and
 * then between two steps and started again; a message that came twice must have the same id, and counts once.
 */
export async function world({ kills = 0 } = {}) {
  const chance = seeded(kills)
  const post = await withMail()
  let { t } = post
  const ops = listener()
  const site = target()
  let lines: string[] = []
  const seen = new Set<string>()
  let mails = 0
  let hooks = 0
  const nameOf = (email: string) => email.split(/[@-]/)[0] ?? ''
  function hear(line: string, id: string) {
    if (!seen.has(id)) lines.push(line)
    seen.add(id)
  }
  function drain() {
    for (const { to, mail } of post.server.delivered.slice(mails)) {
      hear(`${nameOf(to[0] ?? '')}: ${mail.subject}`, String(mail.messageId))
      mails++
    }
    for (const { event, data, delivery_id } of ops.got.slice(hooks)) {
      hear(`ops: ${event.split('.')[1]} ${data.incident?.title ?? ''}`.trim(), String(delivery_id))
      hooks++
    }
  }
  async function settle() {
    await t.appliance.idle()
    drain()
  }
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await t.alice(method, path, body)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    await perhapsKilled()
    await settle()
    return answer.body
  }
  async function crash() {
    t = await reborn(t)
    await settle()
  }
  async function perhapsKilled() {
    if (kills > 0 && chance() < 0.25) await crash()
  }
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
    ops,
    site,
    ask,
    settle,
    /** What has come since it was last asked, in order. */
    said() {
      const said = lines
      lines = []
      return said
    },
    async pass(ms: number) {
      const before = Math.floor(ms * (kills > 0 ? chance() : 1))
      for (const part of [before, ms - before]) {
        await t.clock.advance(part, settle)
        await settle()
        if (part > 0) await perhapsKilled()
      }
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
    schedule: (people: Person[], more: object = {}): Promise<{ id: string }> =>
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
      }),
    /** Something that a person found. */
    incident: async (title = 'Shop is slow', more: object = {}): Promise<string> =>
      (await ask('POST', '/incidents', { title, ...more })).id,
    async monitor(name: string, more: object = {}) {
      const about = { name, type: 'http', url: site.url, alert_threshold: 1, recovery_threshold: 1, ...more }
      const { id } = await ask('POST', '/monitors', about)
      return id as string
    },
    check: (id: string) => ask('POST', `/monitors/${id}/check`),
    act: (id: string, verb: string, body: object = {}) => ask('POST', `/incidents/${id}/${verb}`, body),
    /** Ends as a kill would, and is started again on what was written. */
    crash,
    async stop() {
      ops.stop()
      site.stop()
      await t.stop()
      post.server.close()
    },
  }
}

/** Numbers between 0 and 1, always the same ones. */
function seeded(seed: number) {
  let state = seed * 2_654_435_761 + 1
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32
  }
}

async function reborn(t: Awaited<ReturnType<typeof boot>>) {
  t.clock.freeze()
  await t.appliance.close().catch(() => {})
  const { app, folder, clock } = t
  const again = await boot({ config: app.config, data: folder, now: clock.now() })
  const asked = Object.fromEntries(Object.entries(t.people).map(([name, { token }]) => [name, again.bearer(token)]))
  // Safe: one for each of the people there were.
  return { ...again, ...(asked as Pick<typeof again, Person>), people: t.people }
}
export type World = Awaited<ReturnType<typeof world>>
