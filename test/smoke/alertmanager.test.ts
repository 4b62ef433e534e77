import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, child, ownFolder } from '../servers/child'
import { programAt } from '../servers/program'
import { curlAs, EMAIL, excuse, freePort, type Installed, install, missing, PASSWORD, until } from './appliance'

const program = programAt('prometheus-alertmanager')
const noProgram = program ? [] : ['prometheus-alertmanager is not installed']
if (missing.length === 0) excuse('Alertmanager', noProgram)

const doors = ['alertmanager', 'pagerduty', 'opsgenie'] as const
type Door = (typeof doors)[number]
type Incident = { id: string; title: string; status: string; severity: string; source_type: string }

/** As Debian's Alertmanager tells us: by its webhook, and by what it would tell PagerDuty and Opsgenie. */
describe.skipIf([...missing, ...noProgram].length > 0)('Alertmanager, telling the compiled program', () => {
  let xinex: Installed
  let curl: ReturnType<typeof curlAs>
  let front: Bun.Server<undefined>
  let alertmanager: Child
  let at: string
  /** What came through, oldest first; of each door so many are turned away before one is let in. */
  const passed: { door: Door; path: string; status: number }[] = []
  let turnAway = 2

  const doorOf = (path: string): Door =>
    path.includes('/v2/enqueue') ? 'pagerduty' : path.startsWith('/v2/alerts') ? 'opsgenie' : 'alertmanager'
  const statuses = (door: Door) => passed.filter((one) => one.door === door).map(({ status }) => status)

  beforeAll(async () => {
    xinex = await install({ XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD })
    await xinex.start()
    const { text } = await xinex.run('admin', 'token', '--data', xinex.data, '--email', EMAIL, '--name', 'am')
    curl = curlAs(xinex.base, text)
    front = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      async fetch(request) {
        const { pathname, search } = new URL(request.url)
        const door = doorOf(pathname)
        const note = (status: number) => passed.push({ door, path: pathname, status })
        if (statuses(door).length < turnAway) {
          note(503)
          return new Response('not now', { status: 503 })
        }
        const { method, headers } = request
        const body = await request.text()
        const answer = await fetch(`${xinex.base}${pathname}${search}`, { method, headers, body })
        note(answer.status)
        return new Response(await answer.text(), { status: answer.status })
      },
      // Nothing listens behind it.
      error: () => new Response('bad gateway', { status: 502 }),
    })
    const keys = Object.fromEntries(
      await Promise.all(
        doors.map(async (type) => [type, (await curl('POST', '/integrations', { name: type, type })).body.key]),
      ),
    )
    const url = `http://127.0.0.1:${front.port}`
    const folder = ownFolder('alertmanager')
    writeFileSync(
      join(folder, 'alertmanager.yml'),
      `route:
  receiver: xinex
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 2s
receivers:
  - name: xinex
    webhook_configs:
      - url: ${url}/api/v1/integrations/alertmanager/${keys.alertmanager}
    pagerduty_configs:
      - url: ${url}/v2/enqueue
        routing_key: ${keys.pagerduty}
        severity: '{{ .CommonLabels.severity }}'
        description: '{{ .CommonAnnotations.summary }}'
    opsgenie_configs:
      - api_url: ${url}/
        api_key: ${keys.opsgenie}
        message: '{{ .CommonAnnotations.summary }}'
        priority: P1
        update_alerts: true
`,
    )
    const port = await freePort()
    at = `http://127.0.0.1:${port}`
    const args = [
      ...['--config.file=alertmanager.yml', '--storage.path=data', `--web.listen-address=127.0.0.1:${port}`],
      '--cluster.listen-address=',
    ]
    const isReady = () =>
      fetch(`${at}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ) // Not listening yet.
    alertmanager = await child(program ?? '', args, { folder, ready: isReady })
  }, 60_000)
  afterAll(async () => {
    await alertmanager?.stop()
    await front?.stop(true)
    await xinex?.stop()
  })

  const alert = {
    labels: { alertname: 'DiskFull', instance: 'db-1:9100', severity: 'critical', team: 'shop' },
    annotations: { summary: 'The disk of db-1 is full', description: '99 % of /var' },
    generatorURL: 'http://prometheus.example.test/graph',
  }
  const post = async (more: object) => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify([{ ...alert, ...more }])
    expect((await fetch(`${at}/api/v2/alerts`, { method: 'POST', headers, body })).status).toBe(200)
  }
  const incidents = async (): Promise<Incident[]> => (await curl('GET', '/incidents?per_page=100')).body.items

  test('what fires opens an incident through every door, although the first two tries were turned away', async () => {
    await post({ startsAt: new Date().toISOString() })
    const open = await until('three incidents', 60_000, async () => {
      const all = await incidents()
      return all.length >= doors.length && all
    })
    expect(open.map(({ title, severity, status, source_type }) => [title, severity, status, source_type])).toEqual(
      Array(doors.length).fill(['The disk of db-1 is full', 'critical', 'open', 'event']),
    )
    for (const door of doors) expect([door, statuses(door).slice(0, 3)]).toEqual([door, [503, 503, 202]])
  }, 90_000)

  test('what fires again and again stays one incident for each door', async () => {
    const before = passed.length
    await until('three more of each door', 60_000, async () =>
      doors.every((door) => passed.slice(before).filter((one) => one.door === door).length >= 3),
    )
    expect(new Set(passed.slice(before).map(({ status }) => status))).toEqual(new Set([202]))
    expect((await incidents()).map(({ status }) => status)).toEqual(Array(doors.length).fill('open'))
  }, 90_000)

  test('what is resolved closes them all', async () => {
    await post({ startsAt: new Date(Date.now() - 60_000).toISOString(), endsAt: new Date().toISOString() })
    await until('all resolved', 60_000, async () => (await incidents()).every(({ status }) => status === 'resolved'))
    expect(await incidents()).toHaveLength(doors.length)
    expect(passed.some(({ path }) => /^\/v2\/alerts\/[0-9a-f]{64}\/close$/.test(path))).toBe(true)
  }, 90_000)

  test('what fires while nothing listens here arrives when it does again', async () => {
    const said = alertmanager.output().length
    await xinex.kill()
    await post({ labels: { ...alert.labels, alertname: 'CpuHot' }, annotations: { summary: 'db-1 is hot' } })
    turnAway = 0
    const before = passed.length
    // What the proxy cannot hand on is a fault of the server to Alertmanager.
    const failed = async () => alertmanager.output().slice(said).includes('Notify attempt failed')
    await until('a try that failed', 30_000, failed)
    await xinex.start()
    const hot = await until('the incidents after the start', 60_000, async () => {
      const found = (await incidents()).filter(({ title }) => title === 'db-1 is hot')
      return found.length >= doors.length && found
    })
    expect(hot.map(({ status }) => status)).toEqual(Array(doors.length).fill('open'))
    expect(passed.slice(before).every(({ status }) => status === 202)).toBe(true)
  }, 120_000)
})
