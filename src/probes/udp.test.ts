import { afterAll, describe, expect, test } from 'bun:test'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { openNet } from '#kernel/net'
import type { Verdict } from '#probes/define'
import { udp } from '#probes/udp'
import { check, descriptors } from '../../test/probing'

const open: Socket[] = []
afterAll(() => {
  for (const socket of open) socket.close()
})
/** A socket on a free port that does this with every datagram. */
async function peer(hear: (bytes: Buffer, from: RemoteInfo, own: Socket) => void, address = '127.0.0.1') {
  const own = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  own.on('message', (bytes, from) => hear(bytes, from, own))
  await new Promise<void>((resolve) => own.bind(0, address, resolve))
  open.push(own)
  return own.address().port
}
async function closed() {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(resolve))
  return port
}
const echo = (prefix = '') =>
  peer((bytes, { port, address }, own) => own.send(Buffer.concat([Buffer.from(prefix), bytes]), port, address))
const probe = (port: number, settings: Record<string, unknown> = {}, timeout_ms = 2_000) =>
  check(udp, { settings: { host: '127.0.0.1', port, ...settings }, timeout_ms })
const said = ({ status, reason, message }: Verdict) => [status, reason, message]

describe('udp', () => {
  test('any answer is up and is shown', async () => {
    const port = await echo('re: ')
    const verdict = await probe(port, { send: 'hi\\n' })
    expect(said(verdict)).toEqual(['up', undefined, `127.0.0.1:${port} answers`])
    expect(verdict.evidence).toEqual({
      addresses: ['127.0.0.1'],
      address: '127.0.0.1',
      answer_bytes: 7,
      body: 're: hi\n',
    })
    expect(verdict.phases?.first_byte_ms).toBeGreaterThan(0)
    expect((await probe(port)).evidence?.body).toBe('re: ')
  })

  test('bytes can be sent, expected and shown in hexadecimal', async () => {
    const port = await echo()
    const settings = { send: '0xFF, ff:00 1a', send_as: 'hex' }
    const verdict = await probe(port, { ...settings, expect_answer: 'hex', expect: 'ff001A' })
    expect(verdict.status).toBe('up')
    expect(verdict.evidence?.answer_hex).toBe('ff ff 00 1a')
    expect(said(await probe(port, { ...settings, expect_answer: 'hex', expect: '1b' }))).toEqual([
      'down',
      'assertion',
      'the answer does not contain “1b”',
    ])
  })

  test('a text and a pattern can be demanded', async () => {
    const port = await echo('state=')
    const asked = (expect_answer: string, expect: string) => probe(port, { send: 'ok', expect_answer, expect })
    expect((await asked('text', 'state=ok')).status).toBe('up')
    expect((await asked('regex', '^state=(ok|fine)$')).status).toBe('up')
    expect((await asked('text', 'fail')).message).toBe('the answer does not contain “fail”')
    expect((await asked('regex', '^ok')).message).toBe('the answer does not match “^ok”')
  })

  test('a port where nothing listens is refused, whatever is expected', async () => {
    const port = await closed()
    const words = ['down', 'refused', `nothing listens at 127.0.0.1:${port}: the port is unreachable`]
    expect(said(await probe(port, { send: 'x' }))).toEqual(words)
    expect(said(await probe(port, { send: 'x', expect_answer: 'none', quiet_ms: 500 }))).toEqual(words)
  })

  test('silence is a timeout, or up when only a refusal counts, and then says how little that proves', async () => {
    const port = await peer(() => {})
    expect(said(await probe(port, { send: 'x' }, 100))).toEqual(['down', 'timeout', 'no answer within 0.1 s'])
    const verdict = await probe(port, { send: 'x', expect_answer: 'none', quiet_ms: 100 })
    expect(said(verdict)).toEqual([
      'up',
      undefined,
      `127.0.0.1:${port} refused nothing within 100 ms; whether anybody listens is not known`,
    ])
    expect(verdict.response_time_ms).toBeUndefined()
    const short = await probe(port, { send: 'x', expect_answer: 'none', quiet_ms: 30_000 }, 200)
    expect(short.message).toContain('refused nothing within 180 ms')
  })

  test('a datagram that got lost is sent again', async () => {
    let heard = 0
    const port = await peer((bytes, from, own) => ++heard > 1 && own.send(bytes, from.port, from.address))
    const verdict = await probe(port, { send: 'x' }, 4_000)
    expect([verdict.status, verdict.evidence?.datagrams_sent]).toEqual(['up', 2])
    expect(verdict.response_time_ms).toBeGreaterThan(1_400)
  })

  test('what another address or port says is not heard', async () => {
    const stranger = createSocket('udp4')
    open.push(stranger)
    await new Promise<void>((resolve) => stranger.bind(0, '127.0.0.1', resolve))
    const port = await peer((_, from, own) =>
      stranger.send('forged', from.port, from.address, () => own.send('true', from.port, from.address)),
    )
    expect((await probe(port, { send: 'x' })).evidence?.body).toBe('true')
    const mute = await peer((_, from) => stranger.send('forged', from.port, from.address))
    expect((await probe(mute, { send: 'x' }, 200)).reason).toBe('timeout')
  })

  test('IPv6 is spoken, and a forbidden address is never sent to', async () => {
    let heard = 0
    const port = await peer((bytes, from, own) => {
      heard++
      own.send(bytes, from.port, from.address)
    }, '::1')
    const verdict = await probe(port, { host: '::1', send: 'six' })
    expect([verdict.message, verdict.evidence?.body]).toEqual([`[::1]:${port} answers`, 'six'])
    const net = openNet({ allowPrivate: false, deny: [], allow: [] })
    const blocked = await check(udp, { settings: { host: '::1', port, send: 'x' }, net })
    expect([blocked.reason, heard]).toEqual(['blocked', 1])
  })

  test('no socket is left behind', async () => {
    const [mute, good, shut] = [await peer(() => {}), await echo(), await closed()]
    await probe(good, { send: 'x' })
    const before = descriptors()
    for (let i = 0; i < 20; i++)
      await Promise.all([probe(mute, {}, 30), probe(good, { send: 'x' }), probe(shut, { send: 'x' })])
    expect(descriptors()).toBeLessThanOrEqual(before)
  })

  const canUnshare = Bun.spawnSync(['unshare', '-n', 'true']).success
  if (!canUnshare) console.log('UDP without a network skipped: unshare is not permitted')
  test.if(canUnshare)('a machine without a network blames itself', () => {
    const code = `import { check } from '${import.meta.dir}/../../test/probing.ts'; import { udp } from '#probes/udp'
      const { status, reason, message } = await check(udp, { settings: { host: '192.0.2.1', port: 9, send: 'x' } })
      console.log(JSON.stringify([status, reason, message]))`
    const { stdout, stderr } = Bun.spawnSync(['unshare', '-n', process.execPath, '-e', code], { cwd: import.meta.dir })
    const words = ['unknown', 'own_side', 'this machine has no route to 192.0.2.1:9']
    expect([stdout.toString().trim(), stderr.toString()]).toEqual([JSON.stringify(words), ''])
  })

  test('settings that cannot work are named', () => {
    const problems = (settings: object) =>
      Object.keys(udp.check?.({ url: '', settings: { host: 'x', port: 1, ...settings } }) ?? {})
    expect(problems({})).toEqual([])
    expect(problems({ send: 'abc', send_as: 'hex' })).toEqual(['settings.send'])
    expect(problems({ send: 'zz', send_as: 'hex' })).toEqual(['settings.send'])
    for (const expect_answer of ['text', 'regex', 'hex'] as const)
      expect(problems({ expect_answer })).toEqual(['settings.expect'])
    expect(problems({ expect_answer: 'regex', expect: '(a)\\1' })).toEqual(['settings.expect'])
    expect(problems({ expect_answer: 'hex', expect: 'f' })).toEqual(['settings.expect'])
    expect(udp.target({ url: '', settings: { host: '::1', port: 53 } })).toBe('udp [::1]:53')
  })
})
