import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { HealthChecksApiClient, HealthChecksPingClient } from 'healthchecks-io-client'
import { listen } from '../../server'
import { withKeys } from './healthchecks.fixtures'

let t: Awaited<ReturnType<typeof withKeys>>['t']
let server: ReturnType<typeof listen>
let key: string
const base = () => `http://127.0.0.1:${server.port}`
beforeAll(async () => {
  ;({ t } = await withKeys())
  key = t.people.alice.token
  server = listen(t.appliance, { host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await server.stop(true)
  await t.stop()
})

describe('a foreign client of Healthchecks', () => {
  for (const apiVersion of [1, 3])
    test(`makes, lists, changes, pauses, pings and deletes checks of version ${apiVersion}`, async () => {
      const api = new HealthChecksApiClient({ apiKey: key, baseUrl: base(), apiVersion, maxContentLength: 1_000_000 })
      const wanted = { name: `Client v${apiVersion}`, tags: `client v${apiVersion}`, timeout: 3_600, grace: 60 }
      const check = await api.createCheck({ ...wanted, unique: ['name'] })
      expect(check).toMatchObject({ ...wanted, status: 'new', n_pings: 0, last_ping: null, channels: '' })
      expect(await api.createCheck({ ...wanted, grace: 120, unique: ['name'] })).toMatchObject({
        ...{ uuid: check.uuid, grace: 120 },
      })
      const pings = new HealthChecksPingClient({ uuid: check.uuid, baseUrl: `${base()}/ping` })
      await pings.start()
      expect((await api.getCheck(check.uuid)).started).toBe(true)
      await t.advance(2_500)
      await pings.success('42 rows')
      expect(await api.getCheck(check.uuid)).toMatchObject({ status: 'up', started: false, last_duration: 2 })
      await pings.fail('disk full')
      const { checks } = await api.getChecks(['client', `v${apiVersion}`])
      expect(checks).toMatchObject([{ uuid: check.uuid, status: 'down', n_pings: 3 }])

      const { pings: heard } = await api.listPings(check.uuid)
      expect(heard.map(({ type, n }) => [type, n])).toEqual([
        ...[
          ['fail', 3],
          ['success', 2],
          ['start', 1],
        ],
      ])
      expect(heard[1]).toMatchObject({ duration: 2.5, scheme: 'http', remote_addr: '127.0.0.1', method: 'POST' })
      const { flips } = await api.listFlips(check.uuid)
      expect(flips.map(({ up }) => up)).toEqual([0, 1])
      expect((await api.listFlips(check.uuid, { end: 1_000 })).flips).toEqual([])

      expect(await api.updateCheck(check.uuid, { schedule: '15 5 * * *', tz: 'Europe/Riga' })).toMatchObject({
        ...{ schedule: '15 5 * * *', tz: 'Europe/Riga', name: wanted.name },
      })
      expect((await api.pauseCheck(check.uuid)).status).toBe('paused')
      expect((await api.deleteCheck(check.uuid)).uuid).toBe(check.uuid)
      await expect(api.getCheck(check.uuid)).rejects.toMatchObject({ statusCode: 404 })
    })

  test('hears 401 for a wrong key', async () => {
    const api = new HealthChecksApiClient({ apiKey: 'x'.repeat(32), baseUrl: base() })
    await expect(api.getChecks()).rejects.toMatchObject({ statusCode: 401 })
  })

  test.skipIf(!Bun.which('curl'))('is curl, as their documentation has it', async () => {
    const curl = async (...args: string[]) => {
      const run = Bun.spawn(['curl', '-s', '-w', '\n%{http_code}', ...args], { stdout: 'pipe' })
      const [body = '', code] = (await new Response(run.stdout).text()).split(/\n(?=\d+$)/)
      return { code: Number(code), body: body.startsWith('{') ? JSON.parse(body) : body }
    }
    const url = `${base()}/api/v3/checks/`
    const json = '{"name": "Backups", "tags": "prod www", "timeout": 3600, "grace": 60}'
    const made = await curl(url, '--header', `X-Api-Key: ${key}`, '--data', json)
    expect([made.code, made.body.name]).toEqual([201, 'Backups'])
    const again = await curl(url, '--data', json.replace('{', `{"api_key": "${key}", "unique": ["name"], `))
    expect([again.code, again.body.uuid]).toEqual([200, made.body.uuid])
    expect((await curl(url, '--data', json.replace('{', '{"api_key": "no", '))).code).toBe(401)
    expect((await curl(url, '--data', json)).code).toBe(401)
    const one = `${url}${made.body.uuid}`
    const header = ['--header', `X-Api-Key: ${key}`]
    expect((await curl(`${one}/pause`, '--request', 'POST', ...header, '--data', '')).body.status).toBe('paused')
    expect((await curl(`${one}/resume`, '--request', 'POST', ...header, '--data', '')).body.status).toBe('new')
    expect((await curl(one, '--request', 'DELETE', ...header)).code).toBe(200)
  })
})
