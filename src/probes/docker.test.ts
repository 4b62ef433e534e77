import { afterAll, describe, expect, test } from 'bun:test'
import { rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { join } from 'node:path'
import { openNet } from '#kernel/net'
import type { Verdict } from '#probes/define'
import { docker } from '#probes/docker'
import type { DockerSettings } from '#probes/docker-settings'
import { authority } from '../../test/certs'
import { bound, check, closedPort, descriptors, localNet } from '../../test/probing'
import { dockerOrReason, type Engine } from '../../test/servers/dockerd'
import { folderFor } from '../../test/servers/program'

const closers: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closers) await close()
})
const probe = (settings: DockerSettings, timeout_ms = 3_000, net = localNet) =>
  check(docker, { settings, timeout_ms, net })
const said = ({ status, reason, message }: Verdict) => [status, reason, message]

const found = await dockerOrReason()
if (typeof found === 'string') console.log(`Docker containers against dockerd skipped: ${found}`)
else closers.push(found.stop)

describe.skipIf(typeof found === 'string')('docker with dockerd', () => {
  // Safe: without an engine none of these tests runs.
  const engine = found as Engine
  const state = (container: string, more: Partial<DockerSettings> = {}) =>
    probe({ container, socket_path: engine.socket, ...more })
  /** Asks until the daemon has noticed; the test's own time limit ends a wait in vain. */
  const once = async (container: string, wanted: (verdict: Verdict) => boolean) => {
    for (;;) {
      const verdict = await state(container)
      if (wanted(verdict)) return verdict
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const started = async (name: string, wanted: Parameters<Engine['create']>[0]) => {
    await engine.create(wanted, name)
    await engine.act(name, 'start')
  }
  test('a container that runs is up, and only its state is told', async () => {
    await started('plain', { command: 'sleep 1000' })
    const verdict = await state('plain')
    expect(said(verdict)).toEqual(['up', undefined, 'the container is running'])
    expect(verdict.evidence).toEqual({
      socket: engine.socket,
      status: 200,
      state: 'running',
      oom_killed: false,
      restart_count: 0,
      image: 'small:1',
      started_at: expect.stringMatching(/^20\d\d-/),
    })
    expect(Object.keys(verdict.phases ?? {}).sort()).toEqual(['connect_ms', 'first_byte_ms', 'transfer_ms'])
    expect(JSON.stringify(verdict)).not.toContain('SECRET_OF_ENV')
  })

  test('paused, killed, never started and unknown are down, and told apart', async () => {
    await engine.act('plain', 'pause')
    expect(said(await state('plain'))).toEqual(['down', 'status', 'the container is paused'])
    await engine.act('plain', 'unpause')
    await engine.act('plain', 'kill')
    const killed = await once('plain', ({ evidence }) => evidence?.state === 'exited')
    expect(killed.message).toBe('the container exited with code 137')
    expect(killed.evidence).toMatchObject({ exit_code: 137, finished_at: expect.stringMatching(/^20\d\d-/) })
    await engine.create({ command: 'sleep 1' }, 'fresh')
    expect((await state('fresh')).message).toBe('the container was never started')
    expect(said(await state('nobody'))).toEqual(['down', 'status', 'there is no container nobody'])
  }, 20_000)

  test('a container that Docker keeps restarting is down', async () => {
    await started('loop', { command: 'exit 3', restart: 'always' })
    const verdict = await once('loop', ({ evidence }) => evidence?.state === 'restarting')
    expect(said(verdict)).toEqual(['down', 'status', 'the container is restarting: it exited with code 3'])
    const later = await once('loop', ({ evidence }) => Number(evidence?.restart_count) > 1)
    expect(later.evidence?.image).toBe('small:1')
    await engine.remove('loop')
  }, 20_000)

  test('a health check is degraded while it starts, then up, and down when it fails, with what it said', async () => {
    const health = 'if [ -e /broken ]; then echo the disk is full; exit 1; fi; echo fine'
    await started('checked', { command: 'sleep 3; echo > /broken; sleep 1000', health })
    expect(said(await state('checked'))).toEqual([
      'degraded',
      'status',
      'the container is running, its health check has not passed yet',
    ])
    const healthy = await once('checked', ({ status }) => status === 'up')
    expect(healthy.message).toBe('the container is running and healthy')
    expect(healthy.evidence).toMatchObject({ health: 'healthy', health_output: 'fine', health_failures: 0 })
    const ill = await once('checked', ({ status }) => status === 'down')
    expect(said(ill)).toEqual(['down', 'status', 'the container is unhealthy: the disk is full'])
    expect(ill.evidence).toMatchObject({ state: 'running', health: 'unhealthy', health_output: 'the disk is full' })
    expect((await state('checked', { expect: 'running' })).status).toBe('up')
  }, 30_000)

  test('a container that was out of memory says so', async () => {
    await started('greedy', { command: 'tail /dev/zero', memory_bytes: 16 * 1_048_576 })
    await engine.act('greedy', 'wait')
    const verdict = await once('greedy', ({ evidence }) => evidence?.state === 'exited')
    expect(verdict.message).toBe('the container exited with code 137, killed because it was out of memory')
    expect(verdict.evidence?.oom_killed).toBe(true)
  }, 20_000)

  test('fifty checks at once leave no descriptor', async () => {
    await state('plain')
    const before = descriptors()
    const all = await Promise.all(Array.from({ length: 50 }, () => state('fresh')))
    expect(new Set(all.map(({ message }) => message))).toEqual(new Set(['the container was never started']))
    await new Promise((resolve) => setTimeout(resolve, 100)) // both ends close
    expect(descriptors()).toBeLessThanOrEqual(before + 2)
  })
})

describe('docker', () => {
  const folder = folderFor('docker-socket')
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  type Answer = (req: IncomingMessage, res: ServerResponse) => void
  let sockets = 0
  /** An HTTP server on a socket file. */
  const onSocket = async (answer: Answer) => {
    const path = join(folder, `${sockets++}.sock`)
    const server = createServer(answer)
    await new Promise<void>((resolve) => server.listen(path, resolve))
    closers.push(() => server.close())
    return { path, close: () => new Promise((resolve) => server.close(resolve)) }
  }
  const at = (socket_path: string): DockerSettings => ({ container: 'shop', socket_path })
  const inspected = (State: object) => JSON.stringify({ State, RestartCount: 0, Config: { Image: 'shop:1' } })

  test('one GET is all that is asked', async () => {
    const asked: unknown[] = []
    const { path } = await onSocket((req, res) => {
      asked.push([req.method, req.url, req.headers.host])
      res.end(inspected({ Status: 'running' }))
    })
    expect((await probe(at(path))).status).toBe('up')
    expect(asked).toEqual([['GET', '/containers/shop/json', 'localhost']])
  })

  test('a socket that is missing or closed to us is our own side; one nobody serves is down', async () => {
    const missing = await probe(at(join(folder, 'none.sock')))
    expect(said(missing)).toEqual([
      'unknown',
      'own_side',
      `there is no socket ${join(folder, 'none.sock')} on this machine`,
    ])
    const plain = join(folder, 'plain.sock')
    writeFileSync(plain, '')
    const file = await probe(at(plain))
    expect(['refused', 'own_side']).toContain(file.reason ?? '')
    const left = join(folder, 'left.sock')
    // A process that is killed leaves its socket file behind, as dockerd would.
    const script = `require('net').createServer().listen(${JSON.stringify(left)}, () => process.kill(process.pid, 'SIGKILL'))`
    Bun.spawnSync([process.execPath, '-e', script])
    expect(said(await probe(at(left)))).toEqual(['down', 'refused', `nothing listens on the socket ${left}`])
  })

  test.skipIf(process.getuid?.() !== 0)('a socket that this user may not open is our own side', async () => {
    const { path } = await onSocket((_, res) => res.end())
    Bun.spawnSync(['chmod', '700', folder])
    const script = `
      const { openNet } = await import('#kernel/net')
      const { docker } = await import('#probes/docker')
      const { verdictOf } = await import('#probes/fault')
      process.setgid(65534); process.setuid(65534)
      const signal = AbortSignal.timeout(2000)
      const net = openNet({ allowPrivate: true, deny: [], allow: [] })
      const job = { url: '', settings: { container: 'shop', socket_path: ${JSON.stringify(path)} }, timeout_ms: 2000, signal, net, now: Date.now }
      console.log(JSON.stringify(await docker.run(job).catch((error) => verdictOf(error, job))))`
    const child = Bun.spawnSync([process.execPath, '-e', script], { cwd: join(import.meta.dir, '../..') })
    const verdict = JSON.parse(child.stdout.toString() || child.stderr.toString())
    expect(said(verdict)).toEqual(['unknown', 'own_side', `this program may not open the socket ${path}`])
  })

  test('the socket is under the address policy like a loopback address', async () => {
    let asked = 0
    const { path } = await onSocket((_, res) => {
      asked++
      res.end(inspected({ Status: 'running' }))
    })
    const deny = { allowPrivate: false, deny: [], allow: [] }
    const blocked = await probe(at(path), 1_000, openNet(deny))
    expect(said(blocked)).toEqual(['down', 'blocked', 'the socket of this machine is not allowed: private network'])
    const listed = openNet({ allowPrivate: true, deny: ['127.0.0.0/8'], allow: [] })
    expect((await probe(at(path), 1_000, listed)).reason).toBe('blocked')
    expect(asked).toBe(0)
    expect((await probe(at(path), 1_000, openNet({ ...deny, allow: ['127.0.0.1'] }))).status).toBe('up')
    const remote = { container: 'shop', connection: 'tcp', host: '127.0.0.1', port: 1 } as const
    expect((await probe(remote, 1_000, openNet(deny))).reason).toBe('blocked')
  })

  test('slow, endless and foreign answers are told apart', async () => {
    const mute = await onSocket(() => {})
    expect(said(await probe(at(mute.path), 200))).toEqual(['down', 'timeout', 'no answer within 0.2 s'])
    const page = await onSocket((_, res) => res.end('<h1>hello</h1>'))
    const foreign = await probe(at(page.path))
    expect(said(foreign)).toEqual(['down', 'protocol', 'the answer is not one of the Docker Engine API'])
    expect(foreign.evidence?.body).toBe('<h1>hello</h1>')
    const lost = await onSocket((_, res) => res.writeHead(404).end('{"message":"page not found"}'))
    expect((await probe(at(lost.path))).message).toBe('Docker answered 404: page not found')
    const endless = await onSocket((_, res) => {
      const pour = () => res.writable && res.write('x'.repeat(65_536), pour)
      pour()
    })
    expect((await probe(at(endless.path))).reason).toBe('protocol')
    const rude = await onSocket((req) => req.socket.destroy())
    expect((await probe(at(rude.path))).reason).toBe('reset')
  })

  test('what a health check prints is bounded', async () => {
    const Log = [{ Output: 'old' }, { Output: `${'é'.repeat(50_000)}\n` }]
    const { path } = await onSocket((_, res) =>
      res.end(inspected({ Status: 'running', Health: { Status: 'unhealthy', FailingStreak: 4, Log } })),
    )
    const verdict = await probe(at(path))
    expect(Buffer.byteLength(String(verdict.evidence?.health_output))).toBeLessThan(8_200)
    expect(verdict.message.length).toBeLessThan(300)
    expect(verdict.evidence?.health_failures).toBe(4)
  })

  test.each(['null', '[]', '{}', '{"State":1}', '{"State":{"Status":5}}', '{"State":{"Status":"running"'])(
    '%s is no answer of Docker',
    async (body) => {
      const { path } = await onSocket((_, res) => res.end(body))
      expect((await probe(at(path))).reason).toBe('protocol')
    },
  )

  test('a state of nothing but oddities does no harm', async () => {
    const odd = {
      Status: 'running',
      Health: { Status: 'none', Log: 'x' },
      ExitCode: 'x',
      StartedAt: 7,
      OOMKilled: 'no',
    }
    const { path } = await onSocket((_, res) => res.end(inspected(odd)))
    const { status, evidence } = await probe(at(path))
    expect([status, evidence?.health, evidence?.started_at]).toEqual(['up', undefined, undefined])
  })

  test('over TCP and TLS, with the client certificate that Docker wants', async () => {
    const answer: Answer = (_, res) => void res.end(inspected({ Status: 'running', Health: { Status: 'healthy' } }))
    const plain = createServer(answer)
    const ca = authority()
    const pair = ca.issue({ name: 'docker.test', names: ['127.0.0.1'] })
    const secured = createHttps({ ...pair, ca: ca.cert, requestCert: true, rejectUnauthorized: true }, answer)
    closers.push(
      () => plain.close(),
      () => secured.close(),
    )
    const remote = { container: 'shop', host: '127.0.0.1' }
    const tcp = { ...remote, connection: 'tcp' as const, port: (await bound(plain)).port }
    expect((await probe(tcp)).message).toBe('the container is running and healthy')
    const tls = { ...remote, connection: 'tls' as const, port: (await bound(secured)).port, ca: ca.cert }
    const client = ca.issue({ name: 'monitor' })
    const mine = { ...tls, client_cert: client.cert, client_key: client.key }
    const verdict = await probe(mine)
    expect([verdict.status, verdict.evidence?.certificates?.[0]?.subject]).toEqual(['up', 'docker.test'])
    expect((await probe(tls)).status).toBe('down')
    expect((await probe({ ...mine, ca: undefined })).reason).toBe('certificate')
    expect((await probe({ ...tcp, port: await closedPort() })).reason).toBe('refused')
    expect(docker.target({ url: '', settings: tcp })).toBe(`shop on 127.0.0.1:${tcp.port}`)
  })

  test('a host and both halves of a client certificate are asked for', () => {
    const problems = (settings: object) =>
      Object.keys(docker.check?.({ url: '', settings: { container: 'x', ...settings } }) ?? {})
    expect(problems({ connection: 'tcp' })).toEqual(['settings.host'])
    expect(problems({ connection: 'tls', host: 'a', client_cert: 'x' })).toEqual(['settings.client_key'])
    expect(problems({})).toEqual([])
  })
})
