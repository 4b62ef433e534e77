import { expect, test } from 'bun:test'
import { boot } from '../../test/boot'
import { withMail } from '../../test/mailbox'

const HOUR = 3_600_000
type There = Pick<Awaited<ReturnType<typeof boot>>, 'alice' | 'appliance' | 'people'>

/** An incident opens, and dan, whose only way is the mail of his account, is to be called. Answers how often that was tried. */
async function incident({ alice, appliance }: There): Promise<number> {
  await alice('POST', '/incidents', { title: 'Slow' })
  await appliance.idle()
  return (await alice('GET', '/notification-log')).body.total
}
const callDan = ({ alice, people }: There) =>
  alice('POST', '/escalation-policies', {
    ...{ name: 'Dan', is_default: true, steps: [{ delay_s: 300, targets: [{ type: 'user', id: people.dan.id }] }] },
  })

test('mail that failed once is believed to fail for an hour, not for ever', async () => {
  const t = await boot()
  expect((await callDan(t)).status).toBe(201)
  expect([await incident(t), await incident(t)]).toEqual([1, 1])
  await t.advance(2 * HOUR)
  expect(await incident(t)).toBe(2)
  await t.stop()
})

test('who cannot be reached is told so by the incident, and by a drill', async () => {
  const t = await boot()
  await callDan(t)
  await incident(t)
  await incident(t)
  const [{ id }] = (await t.alice('GET', '/incidents')).body.items
  const { people } = (await t.alice('GET', `/incidents/${id}/why`)).body
  const dan = people.find(({ user_name }: { user_name: string }) => user_name === 'dan')
  expect(dan).toMatchObject({
    told: false,
    sentence: expect.stringContaining('Could not be reached: it has not worked'),
  })
  const drill = (await t.alice('POST', '/drills', { user_ids: [t.people.dan.id] })).body
  await t.appliance.idle()
  const [called] = (await t.alice('GET', `/drills/${drill.id}`)).body.people
  expect(called).toMatchObject({ user_name: 'dan', delivered_at: null, ways: [{ status: 'skipped' }] })
  await t.stop()
})

test('a start with a mail server tries everybody again', async () => {
  const without = await boot()
  await callDan(without)
  await incident(without)
  await without.appliance.close()
  const { server, stop } = await withMail()
  const smtpUrl = `smtp://127.0.0.1:${server.port}`
  const { app, folder, clock, people } = without
  const again = await boot({ config: { ...app.config, smtpUrl }, data: folder, now: clock.now() })
  const there = { ...again, alice: again.bearer(people.alice.token), people }
  await incident(there)
  expect(server.delivered.filter(({ to: [first] }) => first === people.dan.email).length).toBe(1)
  await again.stop()
  await stop()
})
