import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { isoAt } from '#kernel/clock'
import { signatureOf } from '#probing/agent-wire'
import { MIN, PATIENCE_MS, type World, world } from './world'

setDefaultTimeout(PATIENCE_MS)

let w: World

const down = { status: 'down', reason: 'timeout', message: 'No answer within 2 s' }
const up = { status: 'up', message: 'Answered', response_time_ms: 12 }
type Given = { number: number; version: number }

/** A prober of Ulm, as it asks and tells; what it was not answered it says again with the same number. */
async function prober() {
  const { token } = await w.ask('POST', '/probers', { name: 'Attic', region: 'ulm' })
  let seq = 0
  const post = async (path: string, body: object) => {
    const text = JSON.stringify(body)
    const seconds = Math.floor(w.t.clock.now() / 1_000)
    const signed = {
      'x-xinex-timestamp': String(seconds),
      'x-xinex-signature-256': signatureOf(token, seconds, text),
    }
    const { status } = await w.t.bearer(token)('POST', path, text, signed)
    if (status !== 200) throw new Error(`${path}: ${status}`)
    await w.settle()
  }
  await post('/probers/register', { version: '1' })
  return {
    async jobs(): Promise<Given[]> {
      return (await w.t.bearer(token)('GET', '/probers/jobs')).body.set
    },
    say: (given: Given[], verdict: object) => {
      const at = isoAt(w.t.clock.now())
      const results = given.map(({ number, version }) => ({ number, version, at, verdict }))
      const stats = { lag_ms: 1, running: 0, buffered: 0, uplink: null }
      return post('/probers/results', { boot: 'b', seq: ++seq, sent_at: at, results, stats })
    },
  }
}

describe.each([0, 1, 2])('what reports, killed now and then (%p; 0: never):', (kills) => {
  beforeEach(async () => {
    w = await world({ kills })
  })
  afterEach(() => w.stop())

  test('a prober that is lost is told, and nobody is called for what it watched; back, what it finds counts', async () => {
    await w.policy([{ delay_s: 86_400, call: ['dan'] }])
    const attic = await prober()
    for (const name of ['Shop', 'Blog', 'Mail']) await w.monitor(name, { regions: ['ulm'], interval: 60 })
    const jobs = await attic.jobs()
    expect(jobs).toHaveLength(3)
    await attic.say(jobs, up)
    // From here on its sites are down, and it cannot say so.
    await w.pass(20 * MIN)
    expect(w.said()).toEqual(['dan: Prober Attic (ulm) is offline'])
    await attic.say([], up)
    await w.pass(1_000)
    expect(w.said()).toEqual(['dan: Resolved: Prober Attic (ulm) is offline'])
    const [shop] = await attic.jobs()
    await attic.say([shop!], down)
    expect(w.said()).toEqual(['dan: Shop is down'])
    await w.pass(1_000)
    await attic.say([shop!], up)
    expect(w.said()).toEqual(['dan: Shop is up again'])
  })

  test('a job that does not report is told, and that it does again', async () => {
    await w.policy([{ delay_s: 86_400, call: ['dan'] }])
    const schedule = { kind: 'interval', every_s: 600 }
    const { slug } = await w.ask('POST', '/heartbeats', { name: 'Backup', schedule, grace_s: 60 })
    const ping = () => w.as('nobody', 'POST', `/hb/${slug}`)
    await ping()
    await w.pass(9 * MIN)
    await ping()
    await w.pass(10 * MIN)
    expect(w.said()).toEqual([])
    // Killed meanwhile it may have missed a ping: each start excuses a job for one period more.
    let said: string[] = []
    let periods = 0
    for (; said.length === 0 && periods <= w.count.deaths; periods++) {
      await w.pass(periods === 0 ? 2 * MIN : 11 * MIN)
      said = w.said()
    }
    expect(said).toEqual(['dan: Backup did not report'])
    if (kills === 0) expect(periods).toBe(1)
    await w.pass(30 * MIN)
    expect(w.said()).toEqual([])
    await ping()
    expect(w.said()).toEqual(['dan: Backup reported again'])
  })

  test('off while a step was due: it is taken at the start, and the ones after it in their time', async () => {
    await w.policy([{ delay_s: 300, call: ['dan'] }, { delay_s: 300, call: ['carol'] }, { call: ['bob'] }])
    await w.incident('Shop is down')
    await w.pass(MIN)
    await w.crash(20 * MIN)
    expect(w.said()).toEqual(['dan: Shop is down', 'carol: Shop is down'])
    await w.pass(4 * MIN)
    expect(w.said()).toEqual([])
    await w.pass(2 * MIN)
    expect(w.said()).toEqual(['bob: Shop is down'])
  })

  test('killed each time before the answer to a message is known: it comes again as the same one', async () => {
    await w.channel()
    for (let round = 0; round < 5; round++) {
      w.hold(/created/)
      const came = w.next()
      const id = await w.incident(`Shop ${round}`)
      await came
      await w.crash()
      await w.release()
      expect(w.said()).toEqual([`ops: created Shop ${round}`])
      await w.act(id, 'resolve')
      expect(w.said()).toEqual([`ops: resolved Shop ${round}`])
    }
    // It is no test of kills if they never hit: each of these five came twice.
    expect(w.count.deaths).toBeGreaterThanOrEqual(5)
    expect(w.count.twice).toBeGreaterThanOrEqual(5)
  })
})
