import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { MIN, PATIENCE_MS, type World, world } from './world'

setDefaultTimeout(PATIENCE_MS)

let w: World

const DAN = '+4915100000002'
const HOUR = 60 * MIN

describe.each([0, 1, 2])('the ways to people, killed now and then (%p; 0: never):', (kills) => {
  beforeEach(async () => {
    w = await world({ kills })
  })
  afterEach(() => w.stop())

  /** The browser at once, the phone after five minutes. */
  async function pushThenText() {
    const phone = await w.phone('dan')
    await w.browser('dan')
    const rules = [
      { delay_s: 0, contact_id: 'push' },
      { delay_s: 300, contact_id: phone },
    ]
    await w.prefs('dan', { rules })
    await w.policy([{ delay_s: 86_400, call: ['dan'] }])
  }

  test('push at once and a text after five minutes; whoever acknowledges in between gets no text', async () => {
    await pushThenText()
    const one = await w.incident('One')
    expect(w.said()).toEqual(["dan's browser: One"])
    await w.pass(4 * MIN)
    await w.as('dan', 'POST', `/incidents/${one}/ack`)
    await w.pass(HOUR)
    // Nobody is told what they did themselves; but that it was acknowledged goes to every way that heard of it.
    expect(w.said()).toEqual(["dan's browser: dan acknowledged: One"])
    await w.incident('Two')
    await w.pass(4 * MIN)
    expect(w.said()).toEqual(["dan's browser: Two"])
    await w.pass(2 * MIN)
    expect(w.said()).toEqual([`${DAN}: Two`])
    await w.pass(HOUR)
    expect(w.said()).toEqual([])
  })

  test('a phone that was never confirmed gets nothing: the mail of the account is taken instead', async () => {
    const phone = await w.phone('dan', false)
    await w.prefs('dan', { rules: [{ delay_s: 0, contact_id: phone }] })
    await w.policy([{ call: ['dan'] }, { call: ['carol'] }])
    const id = await w.incident('Shop is down')
    expect(w.said()).toEqual(['dan: Shop is down'])
    const { people } = await w.ask('GET', `/incidents/${id}/why`)
    expect(JSON.stringify(people)).toContain('not confirmed')
    await w.pass(6 * MIN)
    expect(w.said()).toEqual(['carol: Shop is down'])
  })

  test('somebody who was removed while their message waited hears nothing of it, nor their phone', async () => {
    const phone = await w.phone('dan')
    const rules = ['email', phone].map((contact_id) => ({ delay_s: 0, contact_id }))
    await w.prefs('dan', { rules })
    await w.policy([{ delay_s: 300, call: ['dan'] }, { call: ['carol'] }])
    w.mail.answer(451)
    w.sms.answer(503)
    await w.incident('Shop is down')
    expect(w.said()).toEqual([])
    await w.ask('DELETE', `/members/${w.t.people.dan.id}`)
    w.mail.answer(250)
    w.sms.answer(201)
    await w.pass(HOUR)
    expect(w.said()).toEqual(['carol: Shop is down'])
  })

  test('texts that are refused for good: the next way is taken at once, and the phone is left out after that', async () => {
    const phone = await w.phone('dan')
    const rules = [
      { delay_s: 0, contact_id: phone },
      { delay_s: 1800, contact_id: 'email' },
    ]
    await w.prefs('dan', { rules })
    await w.policy([{ delay_s: 86_400, call: ['dan'] }])
    w.sms.answer(401)
    await w.incident('One')
    expect(w.said()).toEqual(['dan: One'])
    const tries = w.sms.tries()
    await w.incident('Two')
    await w.pass(HOUR)
    expect(w.said()).toEqual(['dan: Two'])
    expect(w.sms.tries()).toBe(tries)
  })

  test('a text provider that is ill: the stand-in hears after two minutes, and the text comes once it is well', async () => {
    const spare = await w.channel({ name: 'Spare', is_default: false })
    const account = { account_sid: `AC${'0'.repeat(32)}`, auth_token: 'token', from: '+15550000000' }
    const settings = { ...account, server: w.sms.url, to: [DAN] }
    const more = { fallback_id: spare.id, fallback_after_s: 120 }
    await w.ask('POST', '/notification-channels', { name: 'Texts', type: 'twilio', settings, ...more })
    w.sms.answer(500)
    await w.incident('Shop is down')
    await w.pass(1 * MIN)
    expect(w.said()).toEqual([])
    await w.pass(2 * MIN)
    expect(w.said()).toEqual(['ops: created Shop is down'])
    w.sms.answer(201)
    await w.pass(HOUR)
    expect(w.said()).toEqual([`${DAN}: Shop is down`])
  })

  test('the digest: one letter a day with what is unread, none when nothing is', async () => {
    const digest = { enabled: true, timezone: 'UTC', time: '12:30', days: [1, 2, 3, 4, 5, 6, 7] }
    await w.prefs('dan', { digest })
    await w.policy([{ call: ['carol'] }])
    await w.incident('One')
    await w.incident('Two')
    expect(w.said()).toEqual(['carol: One', 'carol: Two'])
    await w.pass(HOUR)
    expect(w.said()).toEqual(['dan: Acme: 2 unread notifications'])
    // Off at the time of the next one, which is made good at the start where there is something to tell.
    await w.crash(24 * HOUR)
    await w.pass(MIN)
    expect(w.said()).toEqual([])
  })

  test('hand-offs: whoever comes and whoever goes is told, each time once', async () => {
    const hourly = { rotation: 'hourly' }
    const { id, name } = await w.schedule(['dan', 'carol'], hourly, { notice: { mode: 'on_change', people: true } })
    const { on_call } = await w.ask('GET', `/schedules/${id}`)
    const [first, second] = on_call[0].user_id === w.t.people.dan.id ? ['dan', 'carol'] : ['carol', 'dan']
    await w.pass(59 * MIN)
    expect(w.said()).toEqual([])
    // Two mailboxes have no order between them.
    await w.pass(2 * MIN)
    expect(w.said().sort()).toEqual(['carol', 'dan'].map((who) => `${who}: ${name}: ${second} on call`))
    await w.pass(HOUR)
    expect(w.said().sort()).toEqual(['carol', 'dan'].map((who) => `${who}: ${name}: ${first} on call`))
    // Off through two of them, there is nothing to tell; through three, the difference is told once.
    await w.crash(2 * HOUR)
    expect(w.said()).toEqual([])
    await w.crash(3 * HOUR)
    expect(w.said().sort()).toEqual(['carol', 'dan'].map((who) => `${who}: ${name}: ${second} on call`))
  })
})
