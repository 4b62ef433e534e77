import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Booted, boot } from '../../../test/boot'
import { bodyOf, heartbeat, lastOf, pingKey, pingsOf, reporting, runsOf, stateOf } from './pings.fixtures'

let t: Booted
let say: ReturnType<typeof reporting>
let name: string
beforeAll(async () => {
  t = await boot()
  say = reporting(t)
})
afterAll(() => t.stop())
const get = async (path: string) => {
  const { status, text } = await say('GET', path)
  return [status, text]
}
/** A name that nobody else has. */
const fresh = () => `job-${crypto.randomUUID().slice(0, 8)}`
const idOf = async (name: string) => {
  const { body } = await t.alice('GET', `/heartbeats?q=${name}`)
  return body.items[0]?.id as string | undefined
}

describe('a job that reports as to Healthchecks', () => {
  test('needs another host only: under /ping and, as at hc-ping.com, at the root', async () => {
    const { id, slug } = await heartbeat(t)
    for (const base of [`/ping/${slug}`, `/${slug}`, `/${slug.toUpperCase()}`, `/api/v1/hb/${slug}`]) {
      for (const rest of ['', '/start', '/log', '/fail', '/0', '/7']) {
        for (const method of ['GET', 'POST', 'PUT']) {
          const { status, text, headers } = await say(method, `${base}${rest}`, method === 'GET' ? undefined : 'said')
          expect([base, rest, status, text, headers.get('ping-body-limit')]).toEqual([base, rest, 200, 'OK', '100000'])
        }
      }
      const { status, text } = await say('HEAD', base)
      expect([status, text]).toEqual([200, ''])
    }
    const kinds = (await pingsOf(t, id)).slice(0, 19).map(({ kind }: { kind: string }) => kind)
    expect(kinds.reverse()).toEqual([
      ...['success', 'start', 'log', 'fail', 'success', 'fail'].flatMap((kind) => [kind, kind, kind]),
      'success',
    ])
  })
  test('is kept with the way it came, its id and its body', async () => {
    const { id, slug } = await heartbeat(t)
    const rid = crypto.randomUUID()
    await say('POST', `/ping/${slug}/start?rid=${rid.toUpperCase()}`)
    await t.clock.advance(5_000)
    await say('POST', `/${slug}?rid=${rid}&rows=3`, 'm=looks like a form, with more', {
      'content-type': 'application/x-www-form-urlencoded',
    })
    const kept = {
      kind: 'success',
      door: 'healthchecks',
      method: 'POST',
      rid,
      duration_ms: 5_000,
      numbers: { rows: 3 },
    }
    expect(await lastOf(t, id)).toMatchObject(kept)
    expect((await lastOf(t, id)).body_bytes).toBeGreaterThan(10)
  })
  test('hears what it would hear there when something is wrong', async () => {
    const { slug } = await heartbeat(t)
    expect(await get(`/ping/${crypto.randomUUID()}`)).toEqual([404, 'not found'])
    expect(await get(`/${crypto.randomUUID()}/fail`)).toEqual([404, 'not found'])
    expect(await get(`/ping/${slug}/256`)).toEqual([400, 'invalid url format'])
    expect(await get(`/ping/${slug}?rid=7`)).toEqual([400, 'invalid uuid format'])
    expect(await get(`/ping/${slug}/stop`)).toEqual([404, 'not found'])
    expect(await get(`/ping/no-such-key/nightly`)).toEqual([404, 'not found'])
    expect(await get(`/ping/no-such-key/nightly/start`)).toEqual([404, 'not found'])
    for (const path of [`/${slug}`, `/ping/${slug}`]) {
      const { status, headers } = await say('OPTIONS', path)
      expect([status, headers.get('allow')]).toEqual([204, 'GET, HEAD, POST, PUT, OPTIONS'])
      expect((await say('DELETE', path)).status).toBe(405)
    }
  })

  describe('by the key of the workspace and a name', () => {
    test('reaches the one heartbeat of that name', async () => {
      const key = await pingKey(t)
      name = fresh()
      const { id } = await heartbeat(t, { name })
      for (const rest of ['', '/start', '/fail', '/log', '/3'])
        expect(await get(`/ping/${key}/${name}${rest}`)).toEqual([200, 'OK'])
      expect((await stateOf(t, id)).pings).toBe(5)
      expect(await get(`/ping/${key}/${name}/256`)).toEqual([400, 'invalid url format'])
      expect(await get(`/ping/${key}/${name}/stop`)).toEqual([404, 'not found'])
      expect(await get(`/ping/${key}/${fresh()}`)).toEqual([404, 'not found'])
      expect(await get(`/ping/${key}/Has%20Capitals`)).toEqual([400, 'invalid url format'])
      expect(await get(`/ping/x${key}/${name}`)).toEqual([404, 'not found'])
    })
    test('is told when two have that name, and both stay as they are', async () => {
      const key = await pingKey(t)
      const twin = fresh()
      const both = [await heartbeat(t, { name: twin }), await heartbeat(t, { name: twin })]
      expect(await get(`/ping/${key}/${twin}`)).toEqual([409, 'ambiguous slug'])
      for (const { id } of both) expect((await stateOf(t, id)).pings).toBe(0)
    })
    test('makes a new one when it asks for that, once', async () => {
      const key = await pingKey(t)
      const made = fresh()
      expect(await get(`/ping/${key}/${made}?create=1&rid=odd`)).toEqual([400, 'invalid uuid format'])
      expect(await idOf(made)).toBeUndefined()
      const heard = await Promise.all([1, 2, 3].map(() => get(`/ping/${key}/${made}/start?create=1`)))
      expect(heard.map(([status]) => status)).toEqual([201, 201, 201])
      expect(await get(`/ping/${key}/${made}?create=1`)).toEqual([200, 'OK'])
      expect(await stateOf(t, (await idOf(made)) ?? '')).toMatchObject({
        name: made,
        pings: 4,
        status: 'up',
        tags: ['auto'],
      })
      expect((await t.alice('GET', `/heartbeats?q=${made}`)).body.total).toBe(1)
    })
    test('makes a new one where the workspace wants that, unless it says otherwise', async () => {
      const key = await pingKey(t, true)
      const made = fresh()
      expect(await get(`/ping/${key}/${made}?create=0`)).toEqual([404, 'not found'])
      expect(await get(`/ping/${key}/${made}`)).toEqual([201, 'Created'])
      expect(await get(`/ping/${key}/${made}`)).toEqual([200, 'OK'])
    })
    test('opens nothing with a key that was renewed', async () => {
      const key = await pingKey(t)
      await t.alice('POST', '/ping-key/renew')
      expect(await get(`/ping/${key}/${name}`)).toEqual([404, 'not found'])
      expect(await get(`/ping/${await pingKey(t)}/${name}`)).toEqual([200, 'OK'])
    })
  })
})

describe('a job that reports as to Uptime Kuma', () => {
  test('needs another host only, with its own token as the slug', async () => {
    const slug = 'mPp7Zx0QbGk3sTf9LhVw1YdR5nUcJ2aE'
    const { id } = await heartbeat(t, { slug })
    expect(await get(`/api/push/${slug}?status=up&msg=OK&ping=`)).toEqual([200, '{"ok":true}'])
    expect(await get(`/api/push/${slug}?status=up&msg=OK&ping=250.5`)).toEqual([200, '{"ok":true}'])
    expect(await lastOf(t, id)).toMatchObject({
      kind: 'success',
      door: 'kuma',
      duration_ms: 251,
      numbers: { ping: 250.5 },
    })
    expect(await get(`/api/push/${slug}?status=down&msg=no%20backup&ping=3`)).toEqual([200, '{"ok":true}'])
    expect(await stateOf(t, id)).toMatchObject({ status: 'down', message: 'The job reported a failure: no backup' })
    expect((await say('POST', `/api/push/${slug}`)).text).toBe('{"ok":true}')
    expect((await stateOf(t, id)).status).toBe('up')
    expect(await runsOf(t, id)).toHaveLength(4)
  })
  test('means what the words in its message mean, where the heartbeat has rules', async () => {
    const rules = [{ in: 'body', contains: 'WARN', means: 'fail' }]
    const { id, slug } = await heartbeat(t, { filter: { rules, otherwise: 'success' } })
    expect(await get(`/api/push/${slug}?msg=1%20WARN&ping=9`)).toEqual([200, '{"ok":true}'])
    expect(await stateOf(t, id)).toMatchObject({ status: 'down', message: 'The job reported a failure: 1 WARN' })
    expect((await runsOf(t, id))[0]).toMatchObject({ status: 'error', duration_ms: 9 })
  })
  test('reaches a monitor that is reported to as well', async () => {
    const { body } = await t.alice('POST', '/monitors', { name: 'Pushed', type: 'push' })
    const { key } = (await t.alice('POST', `/monitors/${body.id}/push-key`)).body
    expect(await get(`/api/push/${key}?status=pending&msg=hm&ping=12`)).toEqual([200, '{"ok":true}'])
    await t.appliance.idle()
    expect((await t.alice('GET', `/monitors/${body.id}/status`)).body).toMatchObject({
      message: 'hm',
      response_time_ms: 12,
    })
  })
  test('hears what it would hear there when something is wrong', async () => {
    const { slug } = await heartbeat(t)
    const [status, text] = await get('/api/push/nobody?status=up')
    expect([status, JSON.parse(String(text))]).toEqual([404, { ok: false, msg: 'Monitor not found or not active.' }])
    for (const ping of ['x', '-1', '86400001']) {
      const [status, text] = await get(`/api/push/${slug}?ping=${ping}`)
      expect([ping, status, JSON.parse(String(text)).ok]).toEqual([ping, 400, false])
    }
  })
})

describe('a job that reports as to Cronitor', () => {
  const path = (key: string, rest: string) => `/p/${key}/${name}?${rest}`
  beforeAll(async () => {
    name = fresh()
    await heartbeat(t, { name })
  })
  test('says when it runs, how it ended, and what it counted', async () => {
    const key = await pingKey(t)
    const id = (await idOf(name)) ?? ''
    expect(await get(path(key, 'state=run&series=s1&host=web-1&env=live&stamp=1.5'))).toEqual([200, 'OK'])
    expect(await lastOf(t, id)).toMatchObject({ kind: 'start', door: 'cronitor', rid: 's1' })
    await t.clock.advance(4_000)
    const done =
      'state=complete&series=s1&message=all%20done&metric=count:5&metric=error_count:0&status_code=0&host=web-1'
    expect(await get(path(key, done))).toEqual([200, 'OK'])
    const [run] = await runsOf(t, id)
    expect(run).toMatchObject({ status: 'ok', duration_ms: 4_000, rid: 's1', details: { host: 'web-1' } })
    expect(run.numbers).toEqual({ count: 5, error_count: 0 })
    expect(await bodyOf(t, id, 2)).toBe('all done')
    expect(await get(path(key, 'metric=duration:2.5,count:1'))).toEqual([200, 'OK'])
    expect(await lastOf(t, id)).toMatchObject({
      kind: 'success',
      duration_ms: 2_500,
      numbers: { duration: 2.5, count: 1 },
    })
  })
  test('that fails is down, and well again when it says ok', async () => {
    const key = await pingKey(t)
    const id = (await idOf(name)) ?? ''
    await get(`/ping/${key}/${name}?state=fail&message=Error%3A%20disk&stamp=1`)
    expect(await stateOf(t, id)).toMatchObject({ status: 'down', message: 'The job reported a failure: Error: disk' })
    await get(path(key, 'state=ok'))
    expect((await stateOf(t, id)).status).toBe('up')
    await get(path(key, 'status_code=3'))
    expect(await lastOf(t, id)).toMatchObject({ kind: 'fail', exit_code: 3 })
  })
  test('is made by its first event where the workspace wants that', async () => {
    const made = 'SendWelcomeEmail'
    const [on, off] = [await pingKey(t, true), 'no-such-key']
    expect(await get(`/p/${off}/${made}?state=run`)).toEqual([404, 'not found'])
    expect(await get(`/p/${on}/${made}?state=run`)).toEqual([200, 'OK'])
    expect(await get(`/p/${on}/${made}?state=complete`)).toEqual([200, 'OK'])
    expect(await stateOf(t, (await idOf(made)) ?? '')).toMatchObject({ name: made, pings: 2 })
    const key = await pingKey(t, false)
    expect(await get(`/p/${key}/Unheard?state=run`)).toEqual([404, 'not found'])
  })
  test('is told of a state that is none, and of a name that two have', async () => {
    const key = await pingKey(t)
    expect((await get(path(key, 'state=pause')))[0]).toBe(400)
    expect((await get(path(key, 'state=constructor')))[0]).toBe(400)
    await heartbeat(t, { name })
    expect((await get(path(key, 'state=run')))[0]).toBe(409)
  })
})

describe('a job that reports as to Dead Man’s Snitch', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  test('checks in under /snitch, and at the root when it says something', async () => {
    const { id, slug } = await heartbeat(t)
    for (const path of [`/snitch/${slug}`, `/snitch/${slug}?m=23%20s`, `/${slug}?m=23%20s&s=0`, `/${slug}?s=`])
      expect(await get(path)).toEqual([200, 'Got it, thanks!'])
    expect(await lastOf(t, id)).toMatchObject({ kind: 'success', door: 'snitch', exit_code: null })
    expect(await bodyOf(t, id, 3)).toBe('23 s')
  })
  test('says with its exit status that it failed', async () => {
    const { id, slug } = await heartbeat(t)
    await get(`/${slug}?s=2&m=disk%20full`)
    expect((await stateOf(t, id)).message).toBe('The job ended with exit code 2: disk full')
    await get(`/snitch/${slug}`)
    await get(`/snitch/${slug}?s=broken`)
    expect(await stateOf(t, id)).toMatchObject({ status: 'down', message: 'The job reported a failure: broken' })
  })
  test('may send the same as a form, or anything else', async () => {
    const { id, slug } = await heartbeat(t)
    for (const path of [`/snitch/${slug}`, `/${slug}`]) {
      const { text } = await say('POST', path, 'm=what+was+%22said%22&s=1', form)
      expect(text).toBe('Got it, thanks!')
      expect(await lastOf(t, id)).toMatchObject({ kind: 'fail', exit_code: 1 })
    }
    expect(await bodyOf(t, id, 2)).toBe('what was "said"')
    await say('POST', `/snitch/${slug}`, 'plain output', form)
    expect(await lastOf(t, id)).toMatchObject({ kind: 'success', door: 'snitch' })
    expect(await bodyOf(t, id, 3)).toBe('plain output')
    expect(await get('/snitch/c2354d53d2')).toEqual([404, 'not found'])
  })
})

test('nothing of the web interface is hidden by what jobs ask', async () => {
  for (const path of ['/', '/heartbeats', '/pings', '/people', '/snitches', '/c2354d53d2']) {
    const { status, headers } = await say('GET', path)
    expect([path, status, headers.get('content-type')]).toEqual([path, 200, expect.stringMatching(/^text\/html/)])
  }
})
