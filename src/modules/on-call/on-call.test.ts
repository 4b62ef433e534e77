import { afterEach, beforeEach, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { type Booted, boot } from '../../../test/boot'

let t: Booted
beforeEach(async () => {
  t = await boot()
})
afterEach(() => t.stop())

const made = async (path: string, body: object) => {
  const answer = await t.alice('POST', path, body)
  expect([path, answer.status, answer.body.details]).toEqual([path, 201, undefined])
  return answer.body.id as string
}
type Name = 'dan' | 'carol' | 'bob'
const user = (name: Name) => ({ type: 'user', id: t.people[name].id })
const policy = (steps: object[][], more: object = {}) =>
  made('/escalation-policies', {
    ...{ name: 'Platform', is_default: true, steps: steps.map((targets) => ({ delay_s: 300, targets })) },
    ...more,
  })
const schedule = (people: Name[], more: object = {}) =>
  made('/schedules', {
    ...{ name: 'Primary', timezone: 'UTC' },
    layers: [
      {
        name: 'All',
        rotation: 'daily',
        start_date: '2026-01-05',
        participants: people.map((one) => t.people[one].id),
        ...more,
      },
    ],
  })
const codes = async () => {
  const { status, body } = await t.alice('GET', '/on-call/lint')
  expect(status).toBe(200)
  return body.items.map(({ code }: { code: string }) => code).sort()
}
const messages = async (): Promise<string[]> =>
  (await t.alice('GET', '/on-call/lint')).body.items.map(({ message }: { message: string }) => message)

test('nothing is wrong where somebody is on call, can be reached, and a channel is told too', async () => {
  const url = 'https://hooks.example.test/x'
  const room = await made('/notification-channels', { name: 'Ops', type: 'webhook', settings: { url } })
  await policy([[{ type: 'schedule', id: await schedule(['dan', 'carol']) }], [{ type: 'channel', id: room }]])
  expect(await codes()).toEqual([])
})

test('somebody of a schedule whose address is not confirmed', async () => {
  await policy([[{ type: 'schedule', id: await schedule(['dan', 'carol']) }]])
  await t.app.db.tx((tx) => tx.update(users).set({ email_verified_at: null }).where(eq(users.id, t.people.carol.id)))
  expect(await messages()).toContain('carol has no verified way to be reached')
})

test('quiet hours that silence the only person, and not with an exemption', async () => {
  await policy([[user('dan')]])
  const prefs = (await t.dan('GET', '/users/me/notification-prefs')).body
  const quiet = (critical_exempt: boolean) =>
    t.dan('PUT', '/users/me/notification-prefs', {
      ...prefs,
      quiet_hours: {
        enabled: true,
        timezone: 'UTC',
        from: '22:00',
        to: '07:00',
        days: [1, 2, 3, 4, 5, 6, 7],
        critical_exempt,
      },
    })
  expect((await quiet(false)).body.details).toBeUndefined()
  expect(await codes()).toEqual(['one_way', 'quiet_hours'])
  expect(await messages()).toContain('Step 1 may call only dan, whose quiet hours hold back even what is critical')
  expect((await quiet(true)).status).toBe(200)
  expect(await codes()).toEqual(['one_way'])
})

test('a schedule that ends soon, one with a gap, and one with nobody', async () => {
  const day = (days: number) => new Date(t.clock.now() + days * 86_400_000).toISOString().slice(0, 10)
  await schedule(['dan'], { end_date: day(8) })
  expect(await codes()).toEqual(['schedule_ends'])
  await schedule(['dan'], { restrictions: [{ days: [1], from: '09:00', to: '17:00' }] })
  await made('/schedules', { name: 'Empty', timezone: 'UTC', layers: [] })
  expect(await codes()).toEqual(['schedule_ends', 'schedule_gap', 'schedule_gap'])
})

test('a policy nobody uses, and a rule that is never asked', async () => {
  const id = await policy([[user('dan')]], { is_default: false })
  expect(await codes()).toContain('policy_unused')
  await made('/alert-routing-rules', { name: 'All', conditions: [], actions: { escalation_policy_id: id } })
  await made('/alert-routing-rules', {
    ...{ name: 'Late', conditions: [{ field: 'tag', op: 'is', value: 'x' }], actions: { suppress: true } },
  })
  expect(await codes()).toEqual(['one_way', 'rule_unreachable'])
})

test('of another workspace nothing is found, and nobody signed out asks', async () => {
  await policy([[user('dan')]], { is_default: false })
  expect((await t.mallory('GET', '/on-call/lint')).body.items).toEqual([])
  expect((await t.nobody('GET', '/on-call/lint')).status).toBe(401)
})

test('who would be called is said in their order, at any moment', async () => {
  const id = await schedule(['dan', 'carol'])
  await policy([[{ type: 'schedule', id }], [user('carol')]])
  const asked = (at: string) => t.alice('POST', '/on-call/simulate', { subject: { name: 'Shop' }, at })
  const first = (await asked('2026-05-04T12:00:00Z')).body
  const next = (await asked('2026-05-05T12:00:00Z')).body
  const names = (told: typeof first) =>
    told.alerts[0].steps.map(({ at_s, people }: { at_s: number; people: { user_name: string }[] }) => [
      at_s,
      ...people.map(({ user_name }) => user_name),
    ])
  expect([names(first)[0][1], names(next)[0][1]].sort()).toEqual(['carol', 'dan'])
  expect(names(first)[1]).toEqual([300, 'carol'])
  expect(first.sentence).toMatch(/^This incident would match no rule, page (dan|carol) now, carol in 5 m/)
  expect((await t.alice('POST', '/on-call/simulate', { subject: { name: 'Shop' }, at: 'soon' })).status).toBe(422)
})
