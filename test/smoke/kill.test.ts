import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { curlAs, EMAIL, type Installed, install, missing, PASSWORD, until } from './appliance'
import { nginx, webhookListener } from './peers'

describe.skipIf(missing.length > 0)('kill -9 at ten random moments', () => {
  let xinex: Installed
  let target: Awaited<ReturnType<typeof nginx>>
  let hook: ReturnType<typeof webhookListener>

  beforeAll(async () => {
    target = await nginx()
    hook = webhookListener()
    await target.start()
    xinex = await install({ XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD })
    await xinex.start()
  }, 60_000)
  afterAll(async () => {
    await xinex?.stop()
    await target?.stop()
    hook?.stop()
  })

  test('loses no transition and no notification, and the database stays sound', async () => {
    const { text: token } = await xinex.run('admin', 'token', '--data', xinex.data, '--email', EMAIL, '--name', 'kill')
    const curl = curlAs(xinex.base, token)
    const draft = {
      name: 'Shop',
      url: target.url,
      type: 'http',
      interval: 5,
      alert_threshold: 2,
      confirm_interval_s: 1,
    }
    const { body: monitor } = await curl('POST', '/monitors', draft)
    await curl('POST', '/notification-channels', {
      type: 'webhook',
      name: 'Hook',
      is_default: true,
      settings: { url: hook.url },
    })
    const statusIs = (wanted: string) =>
      until(
        `the monitor is ${wanted}`,
        20_000,
        async () => (await curl('GET', `/monitors/${monitor.id}/status`)).body.status === wanted,
      )
    await statusIs('up')

    const outages: string[] = []
    for (let round = 0; round < 10; round++) {
      const down = round % 2 === 0
      await (down ? target.stop() : target.start())
      // Anywhere between before the first failing check and after the notification.
      await Bun.sleep(Math.random() * 7_000)
      await xinex.kill()
      await xinex.start()
      await statusIs(down ? 'down' : 'up')
      const { body } = await curl('GET', '/incidents')
      const newest = body.items[0]
      expect(newest.status).toBe(down ? 'open' : 'resolved')
      if (down) outages.push(newest.id)
      const event = down ? 'incident.created' : 'incident.resolved'
      await until(`${event} of round ${round} is delivered`, 15_000, async () =>
        hook.received.some((r) => r.body.event === event && r.body.data.incident?.id === newest.id),
      )
    }

    const { body } = await curl('GET', '/incidents')
    expect(body.total).toBe(5)
    expect(new Set(outages).size).toBe(5)
    // Twice is allowed for a message whose answer died with the process; then it is the same delivery.
    for (const id of outages)
      for (const event of ['incident.created', 'incident.resolved']) {
        const told = hook.received.filter((r) => r.body.event === event && r.body.data.incident?.id === id)
        expect([event, told.length > 0, new Set(told.map((r) => r.body.delivery_id)).size]).toEqual([event, true, 1])
      }

    await xinex.kill()
    for (const file of ['xinex.db', 'history.db']) {
      const client = createClient({ url: `file:${xinex.data}/${file}` })
      expect([file, (await client.execute('pragma integrity_check')).rows[0]?.integrity_check]).toEqual([file, 'ok'])
      client.close()
    }
  }, 400_000)
})
