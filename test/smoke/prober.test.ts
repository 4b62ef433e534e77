import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, readdirSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { curlAs, EMAIL, freePort, type Installed, install, missing, PASSWORD, until } from './appliance'
import { nginx } from './peers'

const NOBODY = 65_534
const INTERVAL_S = 5

/** A way to the server that can go dead: connections stay open, nothing passes, as behind a router that forgot them. */
async function tunnel(to: number) {
  const pairs = new Set<[Socket, Socket]>()
  let dead = false
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1')
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    for (const [from, other] of [pair, [far, near] as const]) {
      from.on('data', (bytes) => dead || other.write(bytes))
      from.on('error', () => other.destroy())
      from.on('close', () => {
        if (!dead) other.destroy()
        pairs.delete(pair)
      })
    }
  })
  const port = await freePort()
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${port}`,
    cut() {
      dead = true
    },
    /** New connections pass again; those from before stay dead until somebody gives them up. */
    mend() {
      for (const [near, far] of pairs) {
        near.removeAllListeners('data').pause()
        far.destroy()
      }
      dead = false
    },
    stop() {
      for (const [near, far] of pairs) {
        near.destroy()
        far.destroy()
      }
      server.close()
    },
  }
}

/** `xinex prober` as a user without privileges, in a folder of its own. */
function proberIn({ folder }: Installed, name: string, server: string, token: string) {
  const file = join(folder, `${name}.token`)
  writeFileSync(file, `${token}\n`, { mode: 0o600 })
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(file, NOBODY, NOBODY)
  const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {}
  const data = join(folder, name)
  let child: ChildProcess | undefined
  let output = ''
  return {
    start() {
      const args = ['prober', '--server', server, '--token-file', file, '--data', data]
      child = spawn(join(folder, 'xinex'), args, { cwd: folder, env: { HOME: folder, TMPDIR: folder }, ...user })
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk) => {
          output += chunk
        })
    },
    signal: (signal: NodeJS.Signals) => child?.kill(signal),
    async end(signal: NodeJS.Signals) {
      const running = child
      if (!running || running.exitCode !== null || running.signalCode !== null) return running?.exitCode
      const gone = new Promise<number | null>((done) => running.once('exit', (code) => done(code)))
      running.kill('SIGCONT')
      running.kill(signal)
      return gone
    },
    output: () => output,
    spooled: () => readdirSync(join(data, 'spool')).length,
  }
}

describe.skipIf(missing.length > 0)('probers elsewhere, with the compiled program', () => {
  let xinex: Installed
  let target: Awaited<ReturnType<typeof nginx>>
  let way: Awaited<ReturnType<typeof tunnel>>
  let curl: ReturnType<typeof curlAs>
  let attic: ReturnType<typeof proberIn>
  let cellar: ReturnType<typeof proberIn>
  const ids: Record<string, string> = {}

  beforeAll(async () => {
    target = await nginx()
    await target.start()
    xinex = await install({ XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD })
    await xinex.start()
    way = await tunnel(xinex.port)
    const { text: token } = await xinex.run('admin', 'token', '--data', xinex.data, '--email', EMAIL, '--name', 'smoke')
    curl = curlAs(xinex.base, token)
  }, 60_000)
  afterAll(async () => {
    await attic?.end('SIGKILL')
    await cellar?.end('SIGKILL')
    await xinex?.stop()
    await target?.stop()
    way?.stop()
  }, 60_000)

  const status = async (name: string) => (await curl('GET', `/monitors/${ids[name]}/status`)).body
  const proberOf = async (name: string) => (await curl('GET', `/probers/${ids[name]}`)).body
  const incidents = async (title: string) =>
    (await curl('GET', '/incidents?per_page=100')).body.items.filter((one: { title: string }) =>
      one.title.includes(title),
    )
  type Row = { at?: string; checked_at?: string; status: string }
  const results = async (name: string): Promise<{ at: number; status: string }[]> =>
    (await curl('GET', `/monitors/${ids[name]}/results?per_page=100`)).body.items
      .map((row: Row) => ({ at: Date.parse(row.at ?? row.checked_at ?? ''), status: row.status }))
      .sort((a: { at: number }, b: { at: number }) => a.at - b.at)

  test('two of them join, and check the monitors of their regions', async () => {
    const join = async (name: string, region: string, server: string) => {
      const { status, body } = await curl('POST', '/probers', { name, region })
      expect(status).toBe(201)
      ids[name] = body.id
      const one = proberIn(xinex, name, server, body.token)
      one.start()
      return one
    }
    attic = await join('attic', 'ulm', way.url)
    cellar = await join('cellar', 'bonn', xinex.base)
    for (const [name, regions] of Object.entries({ ulm: ['ulm'], bonn: ['bonn'], both: ['ulm', 'bonn'] })) {
      const draft = { name, type: 'http', url: target.url, interval: INTERVAL_S, confirm_interval_s: 1, regions }
      const { status, body } = await curl('POST', '/monitors', { ...draft, region_quorum: 'all' })
      expect([status, body]).toEqual([201, body])
      ids[name] = body.id
    }
    for (const name of ['ulm', 'bonn', 'both'])
      await until(`${name} is up`, 20_000, async () => (await status(name)).status === 'up')
    for (const name of ['attic', 'cellar'])
      expect(await proberOf(name)).toMatchObject({ status: 'online', monitors: 2 })
    expect((await status('both')).regions.map(({ region }: { region: string }) => region).sort()).toEqual([
      'bonn',
      'ulm',
    ])
  }, 60_000)

  test('cut off and killed, with the server killed meanwhile, it delivers everything later', async () => {
    await Bun.sleep(6_000)
    const from = Date.now()
    way.cut()
    await Bun.sleep(2_000)
    await xinex.kill()
    await target.stop()
    await Bun.sleep(12_000)
    await target.start()
    await xinex.start()
    // Another kill, of the prober itself: what it had found has to be on disk.
    await until('results wait on disk', 30_000, async () => attic.spooled() > 0)
    const killed = Date.now()
    await attic.end('SIGKILL')
    attic.start()
    await until('its absence is an incident', 60_000, async () =>
      (await incidents('attic')).some((one: { status: string }) => one.status === 'open'),
    )
    await until('what it would see is unknown', 10_000, async () => (await status('ulm')).status === 'unknown')
    expect((await status('bonn')).status).toBe('up')
    way.mend()
    await until('it is back', 60_000, async () => (await proberOf('attic')).status === 'online')
    await until('the incident is over', 20_000, async () =>
      (await incidents('attic')).every((one: { status: string }) => one.status === 'resolved'),
    )
    await until(
      'all was delivered',
      30_000,
      async () => (await proberOf('attic')).buffered === 0 && (await status('ulm')).status === 'up',
    )
    const found = (await results('ulm')).filter(({ at }) => at >= from - INTERVAL_S * 1_000 && at <= killed)
    const gaps = found.slice(1).map(({ at }, i) => at - found[i]!.at)
    // Every slot of the time it was cut off is there, and the outage that only it could see.
    expect(Math.max(...gaps)).toBeLessThan(INTERVAL_S * 1_000 + 2_000)
    expect(killed - found.at(-1)!.at).toBeLessThan(INTERVAL_S * 1_000 + 2_000)
    expect(found.filter((one) => one.status === 'down').length).toBeGreaterThan(1)
    expect(
      (await curl('GET', '/probers/blind-periods')).body.items.some(
        (one: { cause: string }) => one.cause === 'offline',
      ),
    ).toBe(true)
  }, 240_000)

  test('stopped in its tracks, it is offline, and comes back by itself', async () => {
    cellar.signal('SIGSTOP')
    await until('its absence is an incident', 60_000, async () => (await incidents('cellar')).length === 1)
    await until('what it would see is unknown', 10_000, async () => (await status('bonn')).status === 'unknown')
    // Of two regions one still looks.
    expect((await status('both')).status).toBe('up')
    cellar.signal('SIGCONT')
    await until('it is back', 30_000, async () => (await status('bonn')).status === 'up')
    await until('the incident is over', 20_000, async () => (await incidents('cellar'))[0].status === 'resolved')
  }, 150_000)

  test('a token that is taken away ends its work; told to stop, both end in time', async () => {
    await curl('DELETE', `/probers/${ids.cellar}`)
    await until('it says so', 10_000, async () => cellar.output().includes('not valid'))
    for (const one of [attic, cellar]) {
      const began = performance.now()
      expect(await one.end('SIGTERM')).toBe(0)
      expect(performance.now() - began).toBeLessThan(8_000)
    }
    expect(attic.output()).not.toContain('xinex_prober_')
    expect([attic.spooled(), xinex.output().includes('xinex_prober_')]).toEqual([0, false])
  }, 60_000)

  test('the server stops at once, although probers wait for news', async () => {
    attic.start()
    await until('it is there', 20_000, async () => (await proberOf('attic')).status === 'online')
    await Bun.sleep(1_000)
    const began = performance.now()
    expect(await xinex.stop()).toBe(0)
    expect(performance.now() - began).toBeLessThan(4_000)
  }, 60_000)
})
