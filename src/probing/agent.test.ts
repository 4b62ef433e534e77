import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import {
  type AgentOn,
  agentOn,
  assignment,
  down,
  type FakeServer,
  fakeServer,
  START,
  TOKEN,
  until,
  up,
} from '#probing/agent.fixtures'
import { authority } from '../../test/certs'
import { createTestClock, type TestClock } from '../../test/clock'

describe('the agent of a prober', () => {
  let clock: TestClock
  let server: FakeServer
  let running: AgentOn[]
  beforeEach(() => {
    clock = createTestClock(START)
    server = fakeServer(clock.now)
    running = []
  })
  afterEach(async () => {
    await server.stop()
    for (const one of running) {
      const stopped = one.agent.stop()
      await one.pass(6_000)
      await stopped
      one.remove()
    }
  })
  const begin = (more: Parameters<typeof agentOn>[2] = {}) => {
    const one = agentOn(server, clock, more)
    running.push(one)
    one.agent.start()
    return one
  }
  const online = async (more: Parameters<typeof agentOn>[2] = {}) => {
    const one = begin(more)
    const heard = server.batches.length
    await until('it was heard', () => server.count('jobs') > 0 && server.batches.length > heard)
    await one.pass(500)
    await until('it waits for work', () => server.waiting() > 0)
    return one
  }

  test('registers, takes its monitors, and asks again for what has changed', async () => {
    const { hand, pass } = begin({ anchors: ['own.test:53'] })
    server.give({ set: [assignment(1), assignment(2)], full: true, anchors: ['9.9.9.9:53', 'own.test:53'] })
    await until('two are held', () => hand.held.size === 2)
    expect(hand.anchors()).toEqual(['own.test:53', '9.9.9.9:53'])
    await pass(500)
    await until('it waits', () => server.waiting() === 1)
    server.give({ set: [assignment(3)], remove: [1], again: [{ number: 2, delay_ms: 7 }] })
    await until('the change was taken', () => hand.held.has(3))
    expect([[...hand.held.keys()], hand.again, hand.anchors()]).toEqual([[2, 3], [[2, 7]], ['own.test:53']])
    expect([server.asked[0], server.asked.find((one) => one.startsWith('jobs'))]).toEqual(['register', 'jobs?wait=0'])
    expect(server.asked.some((one) => /^jobs\?since=\d&wait=25$/.test(one))).toBe(true)
  })

  test('a whole list once more changes only what is different', async () => {
    const { hand, pass } = begin()
    server.give({ set: [assignment(1), assignment(2), assignment(3)], full: true })
    await until('three are held', () => hand.held.size === 3)
    await pass(500)
    await until('it waits', () => server.waiting() === 1)
    hand.assigned.length = 0
    server.give({ set: [assignment(1), assignment(2, 'http://other.test/')], full: true })
    await until('one is gone', () => hand.held.size === 2)
    expect(hand.assigned).toEqual([[2, 'now']])
    await pass(500)
    await until('it waits again', () => server.waiting() === 1)
    server.give({ set: Array.from({ length: 30 }, (_, i) => assignment(i + 10)), remove: [] })
    await until('many came', () => hand.held.size === 32)
    expect(new Set(hand.assigned.slice(1).map(([, first]) => first))).toEqual(new Set(['spread']))
  })

  test('brings bad news at once and successes every five seconds; is heard every ten', async () => {
    const { found, pass, hand } = await online()
    expect(server.batches[0]).toMatchObject({ seq: 1, results: [], stats: { lag_ms: 3, running: 1, buffered: 0 } })
    found([1, up()])
    await pass(200)
    await until('the first success is news', () => server.batches.length === 2)
    found([1, up()])
    await pass(4_000)
    expect(server.batches.length).toBe(2)
    await pass(1_500)
    await until('the second came with the next batch', () => server.batches.length === 3)
    found([1, down()])
    await pass(200)
    await until('the failure came at once', () => server.batches.length === 4)
    found([1, up()])
    await pass(200)
    await until('and so did the recovery', () => server.batches.length === 5)
    await pass(23_000)
    await until('it was heard twice more', () => server.batches.length >= 7)
    expect(server.batches.length).toBe(7)
    expect(server.received().map(({ verdict }) => verdict.status)).toEqual(['up', 'up', 'down', 'up'])
    expect(server.received()[0]).toMatchObject({ number: 1, version: START, at: new Date(START + 500).toISOString() })
    expect([server.forged, hand.stopped()]).toEqual([[], 0])
  })

  test('looks again when an answer says so', async () => {
    const { found, pass, hand } = await online()
    server.answer('results', (request, url, text) => {
      const usual = server.usual('results')(request, url, text) as Response
      return usual
        .json()
        .then((body) => Response.json({ ...body, again: [{ number: 1, delay_ms: 2_000 }, { number: 'x' }, null] }))
    })
    found([1, down()])
    await pass(200)
    await until('it was told', () => hand.again.length === 1)
    expect(hand.again).toEqual([[1, 2_000]])
  })

  test('asks one thing at a time, and the same batch again until it was received, in order', async () => {
    const { found, pass, logged } = await online()
    let open = 0
    let most = 0
    const tries: string[] = []
    server.answer('results', async (_, __, text) => {
      most = Math.max(most, ++open)
      tries.push(text)
      await Promise.resolve()
      open--
      return new Response('bad gateway', { status: 502 })
    })
    found([1, down()])
    await pass(200)
    for (let i = 0; i < 40; i++) {
      found([2, i % 2 ? up() : down()])
      await pass(1_000)
    }
    expect([most, tries.length > 3, tries.length < 10]).toEqual([1, true, true])
    const [first, ...others] = tries.map((text) => JSON.parse(text))
    for (const other of others) expect([other.seq, other.results]).toEqual([first.seq, first.results])
    expect(others.at(-1).stats.buffered).toBeGreaterThan(30)
    expect(logged('cannot be reached')).toBe(1)
    server.answer('results')
    await pass(40_000)
    await until('all came', () => server.received().length === 41)
    expect(server.received().map(({ at }) => at)).toEqual(
      server
        .received()
        .map(({ at }) => at)
        .sort(),
    )
    expect([server.batches[1]?.seq, logged('is there again'), server.forged]).toEqual([first.seq, 1, []])
  })

  test('an answer that was lost brings the same batch again, which the server can tell by its number', async () => {
    const { found, pass } = await online()
    let lost = 0
    server.answer('results', async (request, url, text) => {
      const answer = await server.usual('results')(request, url, text)
      return lost++ === 0 ? new Response('', { status: 504 }) : answer
    })
    found([1, down()])
    await pass(10_000)
    const [first, second] = server.batches.filter(({ results }) => results.length > 0)
    expect([second?.seq, second?.results, second?.boot]).toEqual([first?.seq, first?.results, first?.boot])
  })

  test.each([
    ['a login page', () => new Response('<html>Welcome to the hotel', { status: 200 })],
    ['JSON of somebody else', () => Response.json({ hello: 'world' })],
    ['a list', () => Response.json([])],
    ['half an answer', () => new Response('{"accepted": 1, "ser', { headers: { 'content-type': 'application/json' } })],
    ['a redirect', () => Response.redirect('http://127.0.0.1:1/elsewhere', 302)],
    ['a redirect that keeps the method', () => Response.redirect('http://127.0.0.1:1/elsewhere', 307)],
    [
      'too many requests',
      () =>
        Response.json(
          { error: 'x', code: 'RATE_LIMITED', details: {} },
          { status: 429, headers: { 'retry-after': '3' } },
        ),
    ],
    ['a fault', () => Response.json({ error: 'x', code: 'INTERNAL_ERROR', details: {} }, { status: 500 })],
    ['a 404 that is not ours', () => new Response('nginx', { status: 404 })],
    ['nothing', () => new Response(null, { status: 204 })],
  ] as [string, () => Response][])(
    '%s is no receipt: nothing is lost, and it goes on when the server is back',
    async (_, answer) => {
      const { found, pass, hand, logged } = begin()
      server.give({ set: [assignment(1)], full: true })
      await until('it works', () => hand.held.size === 1 && server.batches.length > 0)
      for (const name of ['register', 'jobs', 'results']) server.answer(name, answer)
      server.give({ set: [] })
      found([1, down()])
      await pass(60_000)
      expect([hand.held.size, server.received().length, logged('cannot be reached')]).toEqual([1, 0, 1])
      for (const name of ['register', 'jobs', 'results']) server.answer(name)
      await pass(35_000)
      await until('it came', () => server.received().length === 1)
      expect(logged('is there again')).toBe(1)
      expect(logged(TOKEN)).toBe(0)
    },
  )

  test('a connection that says nothing more is given up at its deadline', async () => {
    const { found, pass } = await online()
    server.answer('results', () => new Promise<Response>(() => {}))
    server.answer('jobs', () => new Promise<Response>(() => {}))
    server.give({ set: [] })
    found([1, down()])
    await pass(1_000)
    const before = server.count('results')
    await pass(14_000)
    expect(server.count('results')).toBe(before)
    await pass(3_000)
    await until('it tried again', () => server.count('results') === before + 1)
    server.answer('results')
    server.answer('jobs')
    await pass(20_000)
    await until('it came', () => server.received().length === 1)
    await pass(40_000)
    await until('it waits for work again', () => server.waiting() === 1)
  })

  test('a poll that outlasts what it asked for by far is given up too', async () => {
    const { pass } = await online()
    const before = server.count('jobs')
    await pass(38_000)
    expect(server.count('jobs')).toBe(before)
    await pass(5_000)
    await until('it asked again', () => server.count('jobs') > before)
  })

  test('tries become rarer, but are never more than 30 seconds apart', async () => {
    server.answer('register', () => new Response('', { status: 503 }))
    const { pass, logged } = begin()
    await pass(30_000)
    const soon = server.count('register')
    await pass(300_000)
    const later = server.count('register') - soon
    expect([soon > 3, soon < 7, later > 7, later < 11]).toEqual(Array(4).fill(true))
    expect(logged('cannot be reached')).toBe(1)
  })

  test('whoever asks it to wait longer is heard, up to five minutes', async () => {
    server.answer('register', () =>
      Response.json(
        { error: 'x', code: 'SERVICE_UNAVAILABLE', details: {} },
        { status: 503, headers: { 'retry-after': '9e9' } },
      ),
    )
    const { pass } = begin()
    await pass(290_000)
    expect(server.count('register')).toBe(1)
    await pass(15_000)
    expect(server.count('register')).toBe(2)
  })

  test('a token that is not valid is told once in a while; nothing is checked and nothing lost; a new one counts', async () => {
    let token = TOKEN
    const { found, pass, hand, logged } = begin({ token: () => token })
    server.give({ set: [assignment(1)], full: true })
    await until('it works', () => hand.held.size === 1 && server.batches.length > 0)
    const refuse = () => Response.json({ error: 'no', code: 'UNAUTHORIZED', details: {} }, { status: 401 })
    for (const name of ['register', 'jobs', 'results']) server.answer(name, refuse)
    found([1, down()])
    await pass(2_000)
    await until('it holds nothing', () => hand.held.size === 0)
    const asked = server.asked.length
    await pass(600_000)
    expect(server.asked.length - asked).toBeLessThan(15)
    expect([logged('not valid') > 5, logged(TOKEN)]).toEqual([true, 0])
    token = `xinex_prober_${'b'.repeat(64)}`
    for (const name of ['register', 'jobs', 'results'])
      server.answer(name, (request, url, text) => {
        if (request.headers.get('authorization') !== `Bearer ${token}`) return refuse()
        return server.usual(name)(request, url, text)
      })
    server.give({ set: [assignment(1)], full: true })
    await pass(61_000)
    await until('it works again', () => hand.held.size === 1 && server.received().length === 1)
  })

  test.each([
    ['register', 404, 'older than this program'],
    ['register', 403, 'not the token of a prober'],
    ['jobs', 404, 'older than this prober'],
  ])('%s answered with %d says what is wrong', async (name, status, sentence) => {
    server.answer(name, () => Response.json({ error: 'no', code: 'X', details: {} }, { status }))
    const { pass, logged } = begin()
    await pass(1_000)
    await until('it said so', () => logged(sentence) === 1)
    await pass(120_000)
    expect([logged(sentence) > 1, server.count(name) < 6]).toEqual([true, true])
  })

  test('a server from before probers had work says so', async () => {
    server.answer('register', () => Response.json({ id: 'p1', name: 'Attic', region: 'ulm' }))
    const { pass, logged } = begin()
    await pass(1_000)
    await until('it said so', () => logged('upgrade the server first') === 1)
  })

  test('one result that the server does not take is given up alone', async () => {
    const { found, pass, logged } = await online()
    server.answer('results', (request, url, text) => {
      if (text.includes('"number":13'))
        return Response.json({ error: 'bad', code: 'VALIDATION_FAILED', details: {} }, { status: 422 })
      return server.usual('results')(request, url, text)
    })
    found(...Array.from({ length: 50 }, (_, i) => [i, down()] as [number, ReturnType<typeof down>]))
    await pass(10_000)
    await until('the others came', () => server.received().length === 49)
    expect(server.received().map(({ number }) => number)).toEqual(
      Array.from({ length: 50 }, (_, i) => i).filter((i) => i !== 13),
    )
    expect(logged('refused a result')).toBe(1)
  })

  test('a server that takes nothing at all does not empty the spool', async () => {
    const { found, pass, logged } = await online()
    server.answer('results', () =>
      Response.json({ error: 'bad', code: 'VALIDATION_FAILED', details: {} }, { status: 422 }),
    )
    found(...Array.from({ length: 500 }, (_, i) => [i, down()] as [number, ReturnType<typeof down>]))
    await pass(120_000)
    expect(logged('refused a result')).toBeLessThan(15)
    server.answer('results')
    await pass(90_000)
    await until('nearly all came', () => server.received().length > 480)
  })

  test('a stop sends what there is and keeps what cannot be sent', async () => {
    const first = await online()
    first.found([1, up()])
    first.found([1, up()])
    running = []
    await Promise.all([first.agent.stop(), first.pass(1_000)])
    expect([server.received().length, first.hand.stopped()]).toEqual([2, 1])

    const second = await online({ folder: first.folder })
    running = []
    server.answer('results', () => new Promise<Response>(() => {}))
    second.found([1, down()])
    const began = clock.now()
    const stopped = second.agent.stop()
    await second.pass(6_000)
    await stopped
    expect(clock.now() - began).toBeLessThanOrEqual(6_000)
    server.answer('results')
    const third = await online({ folder: first.folder })
    await third.pass(1_000)
    await until('what was kept came', () => server.received().length === 3)
    expect(server.received().at(-1)?.verdict.status).toBe('down')
  })

  test.each([3_600_000, -3_600_000, 90_000])(
    "a clock %d ms off: results carry the server's time, and somebody is told",
    async (ahead_ms) => {
      const { found, pass, logged } = await online({ ahead_ms })
      found([1, down()])
      await pass(1_000)
      await until('it came', () => server.received().length === 1)
      const off = Math.abs(Date.parse(server.received()[0]!.at) - START)
      expect([off < 2_000, server.forged]).toEqual([true, []])
      expect(Math.abs(server.batches.at(-1)!.clock_offset_ms! - ahead_ms)).toBeLessThan(100)
      expect(logged('The clock of this machine is')).toBe(1)
    },
  )

  test('what was found before the server was ever heard is corrected when it is', async () => {
    const refused = () => new Response('', { status: 503 })
    server.answer('register', refused)
    const { found, pass } = begin({ ahead_ms: 86_400_000 })
    found([1, down()])
    await pass(3_000)
    server.answer('register')
    await pass(30_000)
    await until('it came', () => server.received().length === 1)
    expect(Math.abs(Date.parse(server.received()[0]!.at) - START)).toBeLessThan(2_000)
  })

  test('a signature that is out of time makes it measure anew, not hammer', async () => {
    const { found, pass, hand, logged } = begin()
    server.give({ set: [assignment(1)], full: true })
    await until('it works', () => hand.held.size === 1 && server.batches.length > 0)
    const expired = { error: 'x', code: 'UNAUTHORIZED', details: { signature: 'expired' } }
    server.answer('results', () => Response.json(expired, { status: 401 }))
    found([1, down()])
    await pass(60_000)
    expect([server.count('register') > 2, server.count('register') < 12, hand.held.size]).toEqual([true, true, 1])
    expect(logged('measured anew')).toBeGreaterThan(0)
    server.answer('results')
    await pass(31_000)
    await until('it came', () => server.received().length === 1)
  })

  test('hours of being cut off: everything comes, in order for each monitor, not faster than bounded', async () => {
    const { found, pass } = await online()
    server.answer('results', () => new Response('', { status: 503 }))
    server.answer('jobs', () => new Response('', { status: 503 }))
    server.give({ set: [] })
    let number = 0
    for (let i = 0; i < 120; i++) {
      found(
        ...Array.from(
          { length: 100 },
          () => [number++ % 500, up({ evidence: { body: 'x'.repeat(200) } })] as [number, ReturnType<typeof up>],
        ),
      )
      await pass(500)
    }
    const at = server.count('results')
    server.answer('results')
    server.answer('jobs')
    await pass(31_000)
    for (let i = 0; i < 20; i++) {
      found([i, up()])
      await pass(500)
    }
    await pass(11_000)
    expect(server.received().length).toBe(12_020)
    expect(server.count('results') - at).toBeLessThan(41 * 4)
    const newest = new Map<number, string>()
    for (const { number: one, at } of server.received()) {
      expect(at >= (newest.get(one) ?? '')).toBe(true)
      newest.set(one, at)
    }
    for (const { results } of server.batches) expect(results.length).toBeLessThanOrEqual(1_000)
    // The same success again needs no evidence; the first of each has it.
    const withEvidence = server.received().filter(({ verdict }) => verdict.evidence)
    expect(withEvidence.length).toBe(500)
  })

  test('killed while it was cut off, the next process delivers what the first had found', async () => {
    const first = await online()
    server.answer('results', () => new Response('', { status: 503 }))
    first.found([1, down()], [2, down()])
    await first.pass(2_000)
    first.found([1, up()])
    // Nothing is said goodbye to: its files are all that is left.
    running = []
    const { folder } = first
    server.answer('results')
    const second = begin({ folder })
    await second.pass(2_000)
    await until('all came', () => new Set(server.received().map(({ number, at }) => `${number} ${at}`)).size === 3)
    const first_boot = server.batches[0]?.boot
    expect(server.batches.some(({ boot }) => boot !== first_boot)).toBe(true)
    await Promise.all([first.agent.stop(), first.pass(6_000)])
  })

  test('half characters in what a target answered do not stop the others', async () => {
    const { found, pass } = await online()
    found([1, down({ evidence: { body: 'cut \ud83d', name: 'fine 👍' }, message: '\udc00' })])
    await pass(1_000)
    await until('it came', () => server.received().length === 1)
    expect(server.received()[0]?.verdict.evidence).toEqual({ body: 'cut \ufffd', name: 'fine 👍' })
  })

  test.each([
    ['of an authority it was given', true],
    ['of one it was not given', false],
  ])('a certificate %s', async (_, given) => {
    const own = authority()
    const other = authority()
    await server.stop()
    server = fakeServer(clock.now, own.issue({ name: 'xinex.test', names: ['127.0.0.1', 'localhost'] }))
    const { pass, logged, agent } = begin({ ca: (given ? own : other).cert })
    await pass(3_000)
    await until('it is clear', () => (given ? server.batches.length > 0 : logged('certificate is not trusted') === 1))
    expect([server.count('register') > 0, agent.revision() !== undefined]).toEqual([given, given])
  })

  test('a certificate for another name is refused', async () => {
    const own = authority()
    await server.stop()
    server = fakeServer(clock.now, own.issue({ name: 'elsewhere.test' }))
    const { pass, logged } = begin({ ca: own.cert })
    await pass(3_000)
    await until('it is clear', () => logged('certificate is not trusted') === 1)
    expect(server.asked).toEqual([])
  })
})
