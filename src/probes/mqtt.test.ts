import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openNet } from '#kernel/net'
import type { Verdict } from '#probes/define'
import { mqtt } from '#probes/mqtt'
import { authority } from '../../test/certs'
import { check, closedPort, descriptors, listening } from '../../test/probing'
import { lacksMosquitto, startMosquitto, USER } from '../../test/servers/mosquitto'

const ca = authority()
const closers: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closers) await close()
})

const probe = (port: number, settings: Record<string, unknown> = {}, timeout_ms = 3_000) =>
  check(mqtt, { settings: { host: '127.0.0.1', port, ...settings }, timeout_ms })
const said = ({ status, reason, message }: Verdict) => [status, reason, message]

if (lacksMosquitto) console.log(`MQTT against a broker skipped: ${lacksMosquitto}`)
describe.skipIf(lacksMosquitto !== undefined)('mqtt with mosquitto', () => {
  let broker: Awaited<ReturnType<typeof startMosquitto>>
  beforeAll(async () => {
    broker = await startMosquitto(ca.issue({ name: 'broker.test', names: ['127.0.0.1'] }), ca.cert)
    closers.push(broker.stop)
  })

  test('a broker that lets everybody in is up', async () => {
    const verdict = await probe(broker.open)
    expect(said(verdict)).toEqual(['up', undefined, 'the broker accepts the connection'])
    expect(verdict.evidence).toEqual({ addresses: ['127.0.0.1'], address: '127.0.0.1', return_code: 0 })
    expect(verdict.phases).toEqual({ connect_ms: expect.any(Number), first_byte_ms: expect.any(Number) })
  })

  test('a password is wanted, checked and never shown', async () => {
    const refused = 'the broker does not permit this client to connect'
    expect(said(await probe(broker.closed))).toEqual(['down', 'status', refused])
    expect((await probe(broker.closed, USER)).status).toBe('up')
    const wrong = await probe(broker.closed, { ...USER, password: 'wr0ng-Passw0rd' })
    expect([wrong.status, wrong.evidence?.return_code]).toEqual(['down', 5])
    expect(JSON.stringify(wrong)).not.toContain('Passw0rd')
  })

  test('a retained message arrives at once and is judged', async () => {
    broker.publish('plant/1/state', '{"state":"running"}', '-r')
    const receive = { mode: 'receive', topic: 'plant/1/state' }
    const verdict = await probe(broker.open, { ...receive, expect: '"running"' })
    expect(said(verdict)).toEqual(['up', undefined, 'the message is there'])
    expect(verdict.evidence).toMatchObject({ topic: 'plant/1/state', retained: true })
    expect((await probe(broker.open, { ...receive, topic: 'plant/+/state' })).status).toBe('up')
    expect((await probe(broker.open, { ...receive, expect: '^.{9}"run', expect_mode: 'regex' })).status).toBe('up')
    const wrong = await probe(broker.open, { ...receive, expect: '"stopped"' })
    expect(said(wrong)).toEqual(['down', 'assertion', 'the message does not contain “"stopped"”'])
    expect(wrong.evidence?.body).toBe('{"state":"running"}')
  })

  test('a message that comes later is waited for, and one that never comes is a timeout that says so', async () => {
    const waiting = probe(broker.open, { mode: 'receive', topic: 'live/#', expect: 'tick' })
    let over = false
    waiting.finally(() => {
      over = true
    })
    // Nobody hears what is published before the subscription stands, so it is said until it was heard.
    while (!over) {
      broker.publish('live/clock', 'tick')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const verdict = await waiting
    expect([verdict.status, verdict.evidence?.topic, verdict.evidence?.retained]).toEqual(['up', 'live/clock', false])
    const never = await probe(broker.open, { mode: 'receive', topic: 'nobody/here' }, 200)
    expect(said(never)).toEqual(['down', 'timeout', 'no answer within 0.2 s'])
    expect(never.evidence).toMatchObject({ return_code: 0, waiting_for: 'a message on nobody/here' })
  })

  test('a message goes round through the broker, past a retained one', async () => {
    broker.publish('loop', 'old news', '-r')
    const verdict = await probe(broker.open, { mode: 'round_trip', topic: 'loop' })
    expect(said(verdict)).toEqual(['up', undefined, 'the message came back'])
    expect(verdict.evidence).toMatchObject({ return_code: 0, published: true })
    expect((await probe(broker.closed, { ...USER, mode: 'round_trip', topic: 'shop/check' })).status).toBe('up')
  })

  test('what the broker does not permit does not come back', async () => {
    const denied = await probe(broker.closed, { ...USER, mode: 'round_trip', topic: 'deaf' }, 300)
    expect(denied.reason).toBe('timeout')
    expect(denied.evidence?.waiting_for).toBe('our own message on deaf')
    const secret = await probe(broker.closed, { ...USER, mode: 'receive', topic: 'elsewhere' }, 300)
    expect(secret.status).toBe('down')
  })

  test('over TLS the certificate is judged and kept, and a client certificate is presented', async () => {
    const verdict = await probe(broker.tls, { tls: true, ca: ca.cert, mode: 'round_trip', topic: 'tls' })
    expect(said(verdict)).toEqual(['up', undefined, 'the message came back'])
    expect(verdict.evidence?.certificates?.[0]?.subject).toBe('broker.test')
    expect((await probe(broker.tls, { tls: true })).reason).toBe('certificate')
    expect((await probe(broker.tls, { tls: true, ca: ca.cert, certificate_days: 100 })).status).toBe('degraded')
    expect((await probe(broker.open, { tls: true, ca: ca.cert })).reason).toBe('tls')
    expect((await probe(broker.tls, {}, 500)).status).toBe('down')
    const client = ca.issue({ name: 'monitor' })
    const mine = { tls: true, ca: ca.cert, client_cert: client.cert, client_key: client.key }
    expect((await probe(broker.strict, mine)).status).toBe('up')
    expect((await probe(broker.strict, { tls: true, ca: ca.cert })).status).toBe('down')
  })

  test('a session can be continued', async () => {
    const settings = { client_id: 'xinex-test', clean_session: false }
    expect((await probe(broker.open, settings)).evidence).not.toHaveProperty('session_present')
    expect((await probe(broker.open, settings)).evidence).toMatchObject({ session_present: true })
  })

  test('a message of more than 64 KB is refused', async () => {
    broker.publish('big', 'x'.repeat(70_000), '-r')
    const verdict = await probe(broker.open, { mode: 'receive', topic: 'big' })
    expect(said(verdict)).toEqual(['down', 'protocol', 'the broker sent a message of more than 64 KB'])
    broker.publish('fair', 'x'.repeat(60_000), '-r')
    expect((await probe(broker.open, { mode: 'receive', topic: 'fair', expect: 'xx' })).status).toBe('up')
  })

  test('a hundred checks, good and late, leave no descriptor', async () => {
    const before = descriptors()
    const late = { mode: 'receive', topic: 'nobody/here' }
    const all = await Promise.all(Array.from({ length: 100 }, (_, i) => probe(broker.open, i % 2 ? late : {}, 500)))
    expect(all.filter(({ status }) => status === 'up')).toHaveLength(50)
    expect(all.filter(({ reason }) => reason === 'timeout')).toHaveLength(50)
    await new Promise((resolve) => setTimeout(resolve, 100)) // both ends close
    expect(descriptors()).toBeLessThanOrEqual(before + 2)
  })
})

describe('mqtt', () => {
  /** Answers whatever comes with these bytes. */
  const replying = async (...bytes: number[]) => {
    const it = await listening((socket) => socket.once('data', () => socket.write(Uint8Array.from(bytes))))
    closers.push(it.close)
    return it.port
  }

  test.each([
    [1, 'the broker does not speak MQTT 3.1.1'],
    [2, 'the broker refuses this client ID'],
    [3, 'the broker is not available'],
    [4, 'the broker refuses the user name or password'],
    [5, 'the broker does not permit this client to connect'],
    [132, 'the broker refuses the connection with code 132'],
  ])('return code %i is told in words', async (code, message) => {
    const verdict = await probe(await replying(0x20, 2, 0, code))
    expect(said(verdict)).toEqual(['down', 'status', message])
    expect(verdict.evidence?.return_code).toBe(code)
  })

  test('a refused subscription is told', async () => {
    const port = await replying(0x20, 2, 0, 0, 0x90, 3, 0, 1, 0x80)
    const verdict = await probe(port, { mode: 'receive', topic: 'a/b' })
    expect(said(verdict)).toEqual(['down', 'status', 'the broker refuses the subscription to a/b'])
  })

  test.each([
    ['another protocol', [...Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]],
    ['another packet', [0x30, 2, 0, 0]],
    ['an endless length', [0x20, 255, 255, 255, 255]],
    ['a length that nobody can keep', [0x20, 255, 255, 255, 127]],
  ])('%s is not MQTT', async (_, bytes) => {
    expect(said(await probe(await replying(...bytes)))).toEqual(['down', 'protocol', 'the server does not speak MQTT'])
  })

  test('a message whose topic is longer than itself is not MQTT', async () => {
    const port = await replying(0x20, 2, 0, 0, 0x90, 3, 0, 1, 0, 0x30, 3, 0xff, 0xff, 0x61)
    expect((await probe(port, { mode: 'receive', topic: 'a' })).message).toBe('the server does not speak MQTT')
  })

  test('silent, refused, hung up on and denied are told apart', async () => {
    const mute = await listening(() => {})
    const rude = await listening((socket) => socket.once('data', () => socket.end()))
    closers.push(mute.close, rude.close)
    expect(said(await probe(mute.port, {}, 100))).toEqual(['down', 'timeout', 'no answer within 0.1 s'])
    expect((await probe(rude.port)).reason).toBe('reset')
    expect((await probe(await closedPort())).reason).toBe('refused')
    const net = openNet({ allowPrivate: false, deny: [], allow: [] })
    expect((await check(mqtt, { settings: { host: '127.0.0.1', port: mute.port }, net })).reason).toBe('blocked')
  })

  test('topics and settings that cannot work are refused before they are saved', () => {
    const problems = (settings: object) =>
      Object.keys(mqtt.check?.({ url: '', settings: { host: 'x', port: 1, ...settings } }) ?? {})
    for (const topic of ['', 'a/#/b', 'a#', 'a/b+', '#/'])
      expect([topic, ...problems({ mode: 'receive', topic })]).toEqual([topic, 'settings.topic'])
    for (const topic of ['a', '#', 'a/#', '+/b', '+', '$SYS/#'])
      expect(problems({ mode: 'receive', topic })).toEqual([])
    for (const topic of ['a/+', '#', '$SYS/x'])
      expect(problems({ mode: 'round_trip', topic })).toEqual(['settings.topic'])
    expect(problems({ password: 'x' })).toEqual(['settings.username'])
    expect(problems({ clean_session: false })).toEqual(['settings.client_id'])
    expect(problems({ expect: '(', expect_mode: 'regex' })).toEqual(['settings.expect'])
    expect(problems({ client_key: 'x' })).toEqual(['settings.client_cert'])
    expect(problems({})).toEqual([])
  })
})
