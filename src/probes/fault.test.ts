import { expect, test } from 'bun:test'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Fault, socketFault, verdictOf } from '#probes/fault'
import { bound } from '../../test/probing'

const running = { timeout_ms: 10_000, signal: new AbortController().signal }
const ended = { timeout_ms: 10_000, signal: AbortSignal.abort() }
const coded = (code: string) => Object.assign(new Error('password=hunter2'), { code })

test.each(['EMFILE', 'ENFILE', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'ENOBUFS', 'ERESOLVER'])(
  '%s is our own failure and says nothing about the target, even when time ran out',
  (code) => {
    for (const error of [coded(code), socketFault(code, '1.2.3.4:80')]) {
      expect(verdictOf(error, running)).toMatchObject({ status: 'unknown', reason: 'own_side' })
      expect(verdictOf(error, ended)).toMatchObject({ status: 'unknown', reason: 'own_side' })
    }
  },
)

test('a passed deadline is a timeout in seconds, with what was learnt until then', () => {
  const fault = new Fault('timeout', 'x', { phases: { connect_ms: 3 }, evidence: { address: '1.2.3.4' } })
  expect(verdictOf(fault, ended)).toEqual({
    status: 'down',
    reason: 'timeout',
    message: 'no answer within 10 s',
    phases: { connect_ms: 3 },
    evidence: { address: '1.2.3.4' },
  })
  expect(verdictOf(ended.signal.reason, ended).message).toBe('no answer within 10 s')
})

test('socket errors name the peer', () => {
  const said = (code: string) => verdictOf(socketFault(code, '1.2.3.4:80'), running)
  expect(said('ECONNREFUSED')).toMatchObject({ reason: 'refused', message: 'connection refused by 1.2.3.4:80' })
  expect(said('ECONNRESET')).toMatchObject({ reason: 'reset', message: 'the connection was reset by 1.2.3.4:80' })
  expect(said('EHOSTUNREACH')).toMatchObject({ reason: 'unreachable', message: 'cannot reach 1.2.3.4:80' })
})

test('the text of an unforeseen error stays inside', () => {
  expect(JSON.stringify(verdictOf(new TypeError('password=hunter2'), running))).not.toContain('hunter2')
  expect(verdictOf(new TypeError('x'), running)).toMatchObject({ status: 'down', reason: 'error' })
  expect(verdictOf(new Fault('protocol', 'x'.repeat(999)), running).message).toHaveLength(300)
})

/** Runs a few lines in a fresh process that cannot reach anything, and returns what it prints. */
const apart = async (wrap: string, url: string) => {
  const helper = fileURLToPath(new URL('../../test/probing.ts', import.meta.url))
  const code = `import { check } from ${JSON.stringify(helper)}; import { http } from '#probes/http'
    import { openSync, writeSync } from 'node:fs'
    const warm = await check(http, { url: 'http://127.0.0.1:1/' })
    if (process.env.EXHAUST) try { for (;;) openSync('/dev/null') } catch {}
    const { status, reason, message } = await check(http, { url: '${url}' })
    writeSync(1, JSON.stringify([status, reason, message])); process.exit()`
  const env = { ...process.env, EXHAUST: wrap.includes('ulimit') ? '1' : '' }
  const child = Bun.spawn(['sh', '-c', `${wrap} "$0" -e "$1"`, process.execPath, code], {
    env,
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [output, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if (!output) throw new Error(errors)
  return JSON.parse(output)
}

test('a process without descriptors blames itself and not the target', async () => {
  const server = createServer((socket) => socket.end())
  const { url } = await bound(server)
  expect(await apart('ulimit -n 200;', url)).toEqual([
    'unknown',
    'own_side',
    'this machine has no file descriptors left',
  ])
  server.close()
})

const canUnshare = Bun.spawnSync(['unshare', '-n', 'true']).success
test.if(canUnshare)('a machine without a network blames itself and not the target', async () => {
  expect(await apart('unshare -n', 'http://192.0.2.1/')).toEqual([
    'unknown',
    'own_side',
    'this machine has no route to the network',
  ])
})
