import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { curlAs, EMAIL, type Installed, install, missing, PASSWORD, until } from './appliance'
import { mailbox, nginx, webhookListener } from './peers'

const SECRET = 'a signing secret of the hook'

describe.skipIf(missing.length > 0)('the story with curl alone', () => {
  let xinex: Installed
  let target: Awaited<ReturnType<typeof nginx>>
  let hook: ReturnType<typeof webhookListener>
  let mail: Awaited<ReturnType<typeof mailbox>>
  let curl: ReturnType<typeof curlAs>
  const state: { monitor?: string; incident?: string } = {}

  beforeAll(async () => {
    ;[target, mail] = await Promise.all([nginx(), mailbox()])
    hook = webhookListener()
    await target.start()
    xinex = await install({
      XINEX_ADMIN_EMAIL: EMAIL,
      XINEX_ADMIN_PASSWORD: PASSWORD,
      XINEX_SMTP_URL: mail.url,
      XINEX_MAIL_FROM: 'Xinex <xinex@example.test>',
    })
    await xinex.start()
  }, 60_000)
  afterAll(async () => {
    await xinex?.stop()
    await target?.stop()
    hook?.stop()
    await mail?.stop()
  })

  test('the binary alone in an empty folder starts, and the command line makes a token while it runs', async () => {
    const { code, text } = await xinex.run('admin', 'token', '--data', xinex.data, '--email', EMAIL, '--name', 'story')
    expect([code, text]).toEqual([0, expect.stringMatching(/^xinex_[0-9a-f]{64}$/)])
    const beside = await xinex.run('migrate', '--data', xinex.data)
    expect([beside.code, beside.text]).toEqual([1, expect.stringContaining('in use by another Xinex')])
    curl = curlAs(xinex.base, text)
    expect((await curl('GET', '/me')).body).toMatchObject({ email: EMAIL, role: 'owner', instance_admin: true })
  })

  test('a complete body of five fields is a monitor, and it comes up', async () => {
    const body = { name: 'Shop', url: target.url, type: 'http', interval: 5, alert_threshold: 2 }
    const made = await curl('POST', '/monitors', { ...body, confirm_interval_s: 1 })
    expect([made.status, made.body.status]).toEqual([201, 'pending'])
    state.monitor = made.body.id
    const up = await until('the monitor is up', 10_000, async () => {
      const { body } = await curl('GET', `/monitors/${state.monitor}/status`)
      return body.status === 'up' && body
    })
    expect(up.response_time_ms).toBeGreaterThan(0)
  }, 15_000)

  test('a channel for e-mail and one for a webhook take a test message', async () => {
    const hooked = {
      type: 'webhook',
      name: 'Hook',
      is_default: true,
      settings: { url: hook.url, signing_secret: SECRET },
    }
    const mailed = { type: 'email', name: 'Mail', is_default: true, settings: { to: ['oncall@example.test'] } }
    for (const draft of [hooked, mailed]) {
      const { status, body } = await curl('POST', '/notification-channels', draft)
      expect([status, body]).toEqual([201, expect.objectContaining({ name: draft.name })])
      expect((await curl('POST', `/notification-channels/${body.id}/test`)).body).toMatchObject({ status: 'sent' })
    }
    expect(hook.received.map((r) => r.body.event)).toEqual(['test'])
    expect(mail.mails).toHaveLength(1)
  }, 20_000)

  test('a status page shows it', async () => {
    const components = [
      { name: 'Web shop', monitor_ids: [state.monitor], show_uptime: true, show_response_time: false },
    ]
    const { status } = await curl('POST', '/status-pages', { slug: 'acme', title: 'Acme status', components })
    expect(status).toBe(201)
    const page = await fetch(`${xinex.base}/s/acme`)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])
    expect(await page.text()).not.toContain('<script')
  })

  test('it breaks: an incident opens and both people hear of it within seconds', async () => {
    await target.stop()
    const received = await until('the webhook is told', 12_000, async () =>
      hook.received.find((r) => r.body.event === 'incident.created'),
    )
    const wanted = createHmac('sha256', SECRET).update(received.raw).digest('hex')
    expect(received.headers.get('x-xinex-signature-256')).toBe(`sha256=${wanted}`)
    const letter = await until('the mail arrives', 12_000, async () =>
      mail.mails.find((m) => m.subject?.includes('Shop is down')),
    )
    expect(letter.text).toContain('refused')
    const { body } = await curl('GET', '/incidents?status=open')
    expect(body).toMatchObject({ total: 1, items: [{ status: 'open', monitor_id: state.monitor }] })
    state.incident = body.items[0].id
  }, 30_000)

  test('somebody acknowledges; the page tells the public, without the address', async () => {
    expect((await curl('POST', `/incidents/${state.incident}/ack`)).body.status).toBe('acknowledged')
    const page = await until('the page shows the outage', 5_000, async () => {
      const html = await (await fetch(`${xinex.base}/s/acme`)).text()
      return /outage|down/i.test(html) && html
    })
    expect(page).toContain('Web shop')
    expect(page).not.toContain(new URL(target.url).port)
  })

  test('it is repaired: the incident resolves, everybody hears, the timeline tells it all', async () => {
    await target.start()
    await until('the webhook is told', 15_000, async () =>
      hook.received.find((r) => r.body.event === 'incident.resolved'),
    )
    await until('the mail arrives', 12_000, async () =>
      mail.mails.find((m) => /Shop is (up|back)|recovered/i.test(m.subject ?? '')),
    )
    const { body } = await curl('GET', `/incidents/${state.incident}`)
    expect(body.status).toBe('resolved')
    const kinds = body.timeline.map((entry: { kind: string }) => entry.kind)
    for (const kind of ['detected', 'delivered', 'acknowledged', 'recovered']) expect(kinds).toContain(kind)
    const { body: history } = await curl('GET', '/public/status-pages/acme/incidents')
    expect(history.items[0]).toMatchObject({ status: 'resolved', components: ['Web shop'] })
  }, 30_000)

  test('no secret is in plain text in any file, nor in the log', async () => {
    await Bun.sleep(1_500) // The history is written once a second.
    for (const file of ['xinex.db', 'xinex.db-wal', 'history.db', 'history.db-wal']) {
      const bytes = Buffer.from(
        await Bun.file(`${xinex.data}/${file}`)
          .arrayBuffer()
          .catch(() => new ArrayBuffer(0)),
      )
      for (const planted of [SECRET, PASSWORD]) expect([file, bytes.includes(planted)]).toEqual([file, false])
    }
    for (const planted of [SECRET, PASSWORD]) expect(xinex.output()).not.toContain(planted)
  })

  test('it stops gracefully and says what is wrong with a wrong start', async () => {
    expect(await xinex.stop()).toBe(0)
    const wrong = await xinex.run('serve', '--data', xinex.data, '--listen', 'nonsense')
    expect([wrong.code, wrong.text]).toEqual([1, expect.stringContaining('XINEX_LISTEN')])
    for (const name of ['serve', 'migrate', 'admin', 'doctor', 'version'])
      expect(await xinex.run(name, '--help')).toMatchObject({ code: 0, text: expect.stringContaining('Usage: xinex') })
    expect((await xinex.run('doctor', '--data', xinex.data)).text).toContain('The database is sound')
  }, 30_000)
})
