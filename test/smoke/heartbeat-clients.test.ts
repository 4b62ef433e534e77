import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Cronitor from 'cronitor'
import { curlAs, EMAIL, excuse, type Installed, install, missing, PASSWORD, until } from './appliance'

const without = (program: string) => (Bun.which(program) ? [] : [`${program} is not installed`])
const noBorg = ['borgmatic', 'borg'].flatMap(without)
if (missing.length === 0) excuse('the backups of borgmatic', noBorg)
/** A timer needs a running systemd, which containers do not have: skipped there, also where all else has to run. */
const noSystemd = (() => {
  if (!Bun.which('systemd-run')) return 'systemd-run is not installed'
  const { stdout } = Bun.spawnSync(['systemctl', 'is-system-running'], { stderr: 'ignore' })
  const state = stdout.toString().trim()
  return ['running', 'degraded'].includes(state) ? '' : `systemd is ${state || 'not there'}`
})()
if (noSystemd) console.log(`a systemd timer skipped: ${noSystemd}`)

type Heartbeat = { id: string; slug: string; name: string }

/** Programs that report to other products, unchanged but for the address they report to. */
describe.skipIf(missing.length > 0)('the clients of others, reporting to the compiled program', () => {
  let xinex: Installed
  let curl: ReturnType<typeof curlAs>
  beforeAll(async () => {
    xinex = await install({ XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD })
    await xinex.start()
    const { text } = await xinex.run('admin', 'token', '--data', xinex.data, '--email', EMAIL, '--name', 'clients')
    curl = curlAs(xinex.base, text)
  }, 60_000)
  afterAll(async () => {
    await xinex?.stop()
  })

  const made = async (name: string): Promise<Heartbeat> => (await curl('POST', '/heartbeats', { name })).body
  const seen = async ({ id }: Pick<Heartbeat, 'id'>) => (await curl('GET', `/heartbeats/${id}`)).body
  /** Its pings, oldest first. */
  const pings = async ({ id }: Pick<Heartbeat, 'id'>) =>
    (await curl('GET', `/heartbeats/${id}/pings`)).body.items.reverse()
  const bodyOf = async ({ id }: Heartbeat, n: number) => {
    const { stdout } = await sh(`exec curl -fsS -H "$AUTH" ${xinex.base}/api/v1/heartbeats/${id}/pings/${n}/body`)
    return stdout
  }
  async function sh(script: string, env: Record<string, string> = {}) {
    const token = await tokenOnce()
    const child = Bun.spawn(['sh', '-c', script], {
      ...{ stdout: 'pipe' as const, stderr: 'pipe' as const },
      env: { ...process.env, AUTH: `Authorization: Bearer ${token}`, ...env },
    })
    const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    return { code: await child.exited, stdout, stderr }
  }
  let token: Promise<string> | undefined
  const tokenOnce = () => {
    const args = ['admin', 'token', '--data', xinex.data, '--email', EMAIL, '--name', 'bodies']
    token ??= xinex.run(...args).then(({ text }) => text)
    return token
  }

  describe.skipIf(noBorg.length > 0)('borgmatic, with only its ping_url changed', () => {
    let job: Heartbeat
    let backup: (repository: string) => ReturnType<typeof sh>
    beforeAll(async () => {
      job = await made('Backup')
      const at = (name: string) => join(xinex.folder, name)
      mkdirSync(at('things'))
      writeFileSync(join(at('things'), 'letter.txt'), 'dear diary')
      const env = {
        ...{ BORG_BASE_DIR: at('borg'), BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes' },
        ...{ BORG_RELOCATED_REPO_ACCESS_IS_OK: 'yes', HOME: xinex.folder },
      }
      const init = await sh(`borg init --encryption=none ${at('repository')}`, env)
      expect([init.code, init.stderr]).toEqual([0, init.stderr])
      backup = async (repository) => {
        const config = at('borgmatic.yaml')
        writeFileSync(
          config,
          `location:
    source_directories: [${at('things')}]
    repositories: [${at(repository)}]
    borgmatic_source_directory: ${at('state')}
hooks:
    healthchecks:
        ping_url: ${xinex.base}/ping/${job.slug}
`,
        )
        return sh(
          `borgmatic create --config ${config} --verbosity 1 --monitoring-verbosity 1 --log-file ${at('borgmatic.log')} 2>&1`,
          env,
        )
      }
    }, 60_000)

    test('a backup reports its start, its end and what it printed', async () => {
      const { code, stdout } = await backup('repository')
      expect([code, stdout]).toEqual([0, stdout])
      const [start, end] = await pings(job)
      expect(start).toMatchObject({ kind: 'start', door: 'healthchecks', method: 'POST' })
      expect(end).toMatchObject({ kind: 'success', agent: expect.stringMatching(/^python-requests/) })
      expect(end.duration_ms).toBeGreaterThan(0)
      expect(await bodyOf(job, end.n)).toContain('Creating archive')
      expect((await seen(job)).status).toBe('up')
    }, 120_000)
    test('a backup that fails is down at once, and says why', async () => {
      expect((await backup('nothing-there')).code).not.toBe(0)
      const last = (await pings(job)).at(-1)
      expect(last).toMatchObject({ kind: 'fail', door: 'healthchecks' })
      expect(await bodyOf(job, last.n)).toContain('nothing-there')
      expect(await seen(job)).toMatchObject({ status: 'down', reason: 'failed' })
      const { body } = await curl('GET', `/incidents?heartbeat_id=${job.id}`)
      expect(body.items).toMatchObject([{ source_type: 'heartbeat', reason: 'failed' }])
    }, 120_000)
  })

  describe('the client of Cronitor for JavaScript, with only the host changed', () => {
    let key: string
    let cronitor: Cronitor.CronitorInstance
    beforeAll(async () => {
      await curl('PUT', '/ping-key', { auto_create: true })
      key = (await curl('GET', '/ping-key')).body.key
      cronitor = Cronitor(key, { environment: 'live' })
      const theirs = cronitor._api.pingUrl
      cronitor._api.pingUrl = (name: string) => theirs(name).replace('https://cronitor.link', xinex.base)
    })
    const named = async (name: string) => (await curl('GET', `/heartbeats?q=${name}`)).body.items[0]

    test('a function that is wrapped makes its heartbeat, and reports start, end and what it said', async () => {
      const work = cronitor.wrap('SendWelcomeEmail', async () => 'sent 3 mails & more')
      expect(await work()).toBe('sent 3 mails & more')
      const job = await named('SendWelcomeEmail')
      const [start, end] = await pings(job)
      expect([start.kind, end.kind, start.door]).toEqual(['start', 'success', 'cronitor'])
      expect(start.rid).toBe(end.rid)
      expect(end.duration_ms).toBeGreaterThanOrEqual(0)
      expect(await bodyOf(job, 2)).toBe('sent 3 mails & more')
      const { body } = await curl('GET', `/heartbeats/${job.id}/runs`)
      expect(body.items[0]).toMatchObject({ status: 'ok', details: { env: 'live' } })
    })
    test('a function that throws is reported as failed', async () => {
      await cronitor.wrap('nightly-report', async () => {
        throw new Error('no paper')
      })()
      const job = await named('nightly-report')
      expect(await seen(job)).toMatchObject({ status: 'down', message: 'The job reported a failure: Error: no paper' })
      expect(await new cronitor.Monitor('nightly-report').ok()).toBe(true)
      expect((await seen(job)).status).toBe('up')
    })
    test('a monitor sends metrics, and an event loop its counts', async () => {
      const monitor = new cronitor.Monitor('address-verification')
      const metrics = { count: 4_500, error_count: 10, duration: 100 }
      expect(await monitor.ping({ state: 'complete', message: 'done', metrics })).toBe(true)
      const [ping] = await pings(await named('address-verification'))
      expect(ping).toMatchObject({ kind: 'success', numbers: metrics, duration_ms: 100_000 })
      const event = new cronitor.Event('queue-worker', { intervalSeconds: 3_600 })
      event.tick(7)
      event.error()
      await event.stop()
      const [beat] = await pings(await named('queue-worker'))
      expect(beat.numbers).toMatchObject({ count: 7, error_count: 1 })
    })
    test('is told that it was not heard when its key is wrong', async () => {
      const stranger = Cronitor('no-such-key')
      const theirs = stranger._api.pingUrl
      stranger._api.pingUrl = (name: string) => theirs(name).replace('https://cronitor.link', xinex.base)
      expect(
        (await sh(`curl -sS -o /dev/null -w '%{http_code}' '${stranger._api.pingUrl('job')}?state=run'`)).stdout,
      ).toBe('404')
    })
  })

  describe('what stands in crontabs and scripts', () => {
    test('curl, with the exit code and the output of the job', async () => {
      const job = await made('Script')
      const url = `${xinex.base}/ping/${job.slug}`
      const line = (work: string) =>
        `out=$(${work} 2>&1); code=$?; curl -fsS -m 10 --retry 5 -o /dev/null --data-raw "$out" ${url}/$code`
      expect((await sh(`curl -fsS -m 10 --retry 5 ${url}/start`)).stdout).toBe('OK')
      expect((await sh(line('echo a=1; echo s=1'))).code).toBe(0)
      expect((await sh(line('echo what a pity; exit 3'))).code).toBe(0)
      const kinds = (await pings(job)).map(({ kind }: { kind: string }) => kind)
      expect(kinds).toEqual(['start', 'success', 'fail'])
      expect(await bodyOf(job, 2)).toBe('a=1\ns=1')
      expect((await seen(job)).message).toBe('The job ended with exit code 3: what a pity')
      expect((await sh(`curl -fsS ${url.slice(0, -1)}x`)).code).toBe(22)
    })
    test.skipIf(!Bun.which('wget'))('wget, and HEAD by its spider', async () => {
      const job = await made('Fetched')
      const url = `${xinex.base}/${job.slug}`
      expect((await sh(`wget ${url} -T 10 -t 5 -q -O -`)).stdout).toBe('OK')
      expect((await sh(`wget --spider -q ${url}`)).code).toBe(0)
      expect((await sh(`wget -q -O - --post-data='from wget' ${url}/fail`)).stdout).toBe('OK')
      const kept = (await pings(job)).map(({ kind, method }: { kind: string; method: string }) => [kind, method])
      expect(kept).toEqual([
        ['success', 'GET'],
        ['success', 'HEAD'],
        ['fail', 'POST'],
      ])
    })
    test('a line of a crontab, as cron runs it', async () => {
      const job = await made('Crontab')
      const line = `true && curl -fsS -m 10 --retry 5 -o /dev/null ${xinex.base}/api/v1/hb/${job.slug} # nightly`
      const { code, stdout, stderr } = await sh(line, { HOME: xinex.folder, SHELL: '/bin/sh' })
      expect([code, stdout, stderr]).toEqual([0, '', ''])
      expect(await pings(job)).toMatchObject([{ kind: 'success', door: 'http', agent: expect.stringMatching(/^curl/) }])
    })
    test('the push URL of Uptime Kuma and the check-in of Dead Man’s Snitch', async () => {
      const job = await made('Moved')
      const push = `${xinex.base}/api/push/${job.slug}?status=up&msg=OK&ping=`
      expect((await sh(`curl -fsS '${push}'`)).stdout).toBe('{"ok":true}')
      const snitch = `curl -fsS -d "m=$(echo 'it is' 42)" -d s=1 ${xinex.base}/${job.slug}`
      expect((await sh(snitch)).stdout).toBe('Got it, thanks!')
      expect(await pings(job)).toMatchObject([{ door: 'kuma' }, { door: 'snitch', kind: 'fail', exit_code: 1 }])
      expect((await seen(job)).message).toBe('The job ended with exit code 1: it is 42')
    })
    test('and no key is in the log of the server', () => {
      expect(xinex.output()).not.toMatch(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/)
    })
  })

  test.skipIf(noSystemd !== '')(
    'a timer of systemd',
    async () => {
      const job = await made('Timer')
      const unit = `xinex-test-${process.pid}`
      const ping = `curl -fsS -m 10 --retry 5 -o /dev/null ${xinex.base}/ping/${job.slug}`
      try {
        const set = await sh(`systemd-run --unit=${unit} --on-active=1s --timer-property=AccuracySec=100ms ${ping}`)
        expect([set.code, set.stderr]).toEqual([0, set.stderr])
        await until('the timer has reported', 20_000, async () => (await seen(job)).status === 'up')
      } finally {
        await sh(`systemctl stop ${unit}.timer`)
      }
    },
    30_000,
  )
})
