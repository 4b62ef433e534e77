import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { MIN, PATIENCE_MS, type World, world } from './world'

setDefaultTimeout(PATIENCE_MS)

const HOUR = 60 * MIN

describe.each([0, 1, 2])('who is on call, killed now and then (%p; 0: never):', (kills) => {
  describe('in spring', () => {
    let w: World
    beforeEach(async () => {
      w = await world({ kills })
    })
    afterEach(() => w.stop())

    const id = (name: 'dan' | 'carol' | 'bob') => w.t.people[name].id
    const at = (ms: number) => new Date(w.t.clock.now() + ms).toISOString()

    /** Who the API says is on call, and who is called: a new incident each time. */
    async function called(schedule: string, title: string) {
      const { on_call } = await w.ask('GET', `/schedules/${schedule}/on-call`)
      await w.incident(title)
      const names = on_call.map(({ user_name }: { user_name: string }) => `${user_name}: ${title}`)
      return [w.said(), names]
    }

    test('two overrides that overlap: the second is refused, and who is called is what the API says at every time', async () => {
      const { id: rota } = await w.schedule(['dan'], { length: 30 }, { notice: { mode: 'off' } })
      await w.policy([{ delay_s: 86_400, call: [{ schedule: rota }] }])
      const stand = (user_id: string, replaces: string, from: number, to: number) => ({
        ...{ user_id, replaces },
        ...{ from: at(from), to: at(to) },
      })
      const overrides = `/schedules/${rota}/overrides`
      await w.ask('POST', overrides, stand(id('bob'), id('dan'), 0, 2 * HOUR))
      const second = await w.t.alice('POST', overrides, stand(id('carol'), id('dan'), HOUR, 3 * HOUR))
      expect([second.status, second.body.code]).toEqual([409, 'CONFLICT'])
      expect(await called(rota, 'One')).toEqual([['bob: One'], ['bob: One']])
      // Whoever stands in is not replaced in turn: an override is about those whose turn it is.
      await w.ask('POST', overrides, stand(id('carol'), id('bob'), HOUR, 3 * HOUR))
      await w.pass(HOUR + MIN)
      expect(await called(rota, 'Two')).toEqual([['bob: Two'], ['bob: Two']])
      await w.pass(HOUR)
      expect(await called(rota, 'Three')).toEqual([['dan: Three'], ['dan: Three']])
    })
  })

  describe('in the night in which clocks are set back', () => {
    let w: World
    beforeEach(async () => {
      // 02:30 in Berlin, for the first time: at 01:00 UTC it becomes 02:00 again.
      w = await world({ kills, now: Date.parse('2026-10-25T00:30:00Z') })
    })
    afterEach(() => w.stop())

    const night = (handoff_time: string) =>
      w.schedule(
        ['dan', 'carol'],
        { start_date: '2026-10-22', handoff_time },
        { timezone: 'Europe/Berlin', notice: { mode: 'on_change', people: true } },
      )

    test('a hand-off at three in the middle of an escalation comes an hour later than by the sun, and once', async () => {
      const { id, name } = await night('03:00')
      const step = { delay_s: 3600, call: [{ schedule: id }] }
      await w.policy([step, step, step])
      await w.incident('Shop is down')
      expect(w.said()).toEqual(['dan: Shop is down'])
      // 02:30 for the second time: three o'clock has not been yet.
      await w.pass(HOUR)
      expect(w.said()).toEqual(['dan: Shop is down'])
      await w.pass(31 * MIN)
      // Two mailboxes have no order between them.
      expect(w.said().sort()).toEqual([`carol: ${name}: carol on call`, `dan: ${name}: carol on call`])
      await w.pass(HOUR)
      expect(w.said()).toEqual(['carol: Shop is down'])
    })

    test('an hour that comes twice hands over once', async () => {
      const { id, name } = await night('02:45')
      await w.policy([{ delay_s: 86_400, call: [{ schedule: id }] }])
      await w.pass(2 * HOUR)
      expect(w.said().sort()).toEqual([`carol: ${name}: carol on call`, `dan: ${name}: carol on call`])
      await w.incident('Shop is down')
      expect(w.said()).toEqual(['carol: Shop is down'])
    })
  })
})
