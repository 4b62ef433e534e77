import type { Booted } from '../boot'
import type { target } from '../listeners'
import type { hookReceiver, pushReceiver, smsReceiver } from './receivers'

export type Person = 'alice' | 'dan' | 'carol' | 'bob'
type Step = { delay_s?: number; call: (Person | { schedule: string } | { channel: string })[] }
const NUMBERS: Record<Person, string> = {
  ...{ alice: '+4915100000001', dan: '+4915100000002', carol: '+4915100000003', bob: '+4915100000004' },
}

type Stage = {
  t: () => Booted
  // biome-ignore lint/suspicious/noExplicitAny: a story states the shape it expects by asserting it
  as: (who: Person | 'nobody', method: string, path: string, body?: unknown) => Promise<any>
  count: { deaths: number }
  ops: ReturnType<typeof hookReceiver>
  sms: ReturnType<typeof smsReceiver>
  push: ReturnType<typeof pushReceiver>
  site: ReturnType<typeof target>
}

/** What everybody begins with; the text message to a phone is for pages alone. */
const PREFS = {
  ...{ matrix: {}, rules: [] },
  quiet_hours: { enabled: false, timezone: 'UTC', from: '22:00', to: '07:00', days: [], critical_exempt: true },
  digest: { enabled: false, timezone: 'UTC', time: '08:00', days: [] },
}

/** What the stories are made of, as Alice or its owner makes it over the API. */
export function castOf({ t: now, as, count, ops, sms, push, site }: Stage) {
  const ask = (method: string, path: string, body?: unknown) => as('alice', method, path, body)
  const target_of = (to: Step['call'][number]) =>
    typeof to === 'string'
      ? { type: 'user', id: now().people[to].id }
      : 'schedule' in to
        ? { type: 'schedule', id: to.schedule }
        : { type: 'channel', id: to.channel }

  return {
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
            ...{
              start_date: '2026-04-01',
              participants: people.map((name) => now().people[name].id),
              restrictions: [],
            },
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
  }
}
