import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { and, eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { audit_log } from '#db/schema/kernel'
import { memberships } from '#db/schema/tenants'
import { createLinks, type SignedAction } from '#kernel/signed-links'
import { type Ask, type Booted, boot } from '../../../test/boot'

let t: Booted
let incident_id = ''
beforeEach(async () => {
  t = await boot({ config: { publicUrl: 'https://xinex.example.com', trustedProxies: ['127.0.0.1/32'] } })
  incident_id = await open('Checkout <b>fails</b> & more')
})
afterEach(() => t.stop())

const open = async (title: string, ask: Ask = t.alice): Promise<string> =>
  (await ask('POST', '/incidents', { title, message: 'HTTP 503\n<script>alert(1)</script>' })).body.id
const DAY = 86_400_000
const link = (more: Partial<SignedAction> = {}, days = 7) =>
  createLinks(t.app).sign({
    ...{ action: 'acknowledge', incident_id, by: { type: 'user', id: t.people.carol.id } },
    ...more,
    expires_at: new Date(t.clock.now() + days * DAY).toISOString(),
  })
/** As a browser does; pages are at the root. */
async function visit(method: string, token: string, headers: Record<string, string> = {}) {
  const url = `http://localhost/a/${token}`
  const response = await t.appliance.handle(
    new Request(url, { method, headers: { accept: 'text/html,*/*', ...headers } }),
  )
  return { status: response.status, headers: response.headers, text: await response.text() }
}
const status = async (id = incident_id) => {
  const { body } = await t.alice('GET', `/incidents/${id}`)
  return [body.status, body.acknowledged_by, body.resolved_by]
}
const json = { accept: 'application/json' }

test('opening a link asks and changes nothing, however often a scanner of mails does it', async () => {
  const token = link()
  for (let i = 0; i < 5; i++) for (const method of ['GET', 'HEAD']) await visit(method, token)
  const page = await visit('GET', token)
  expect(page.status).toBe(200)
  expect(page.text).toContain('<form method="post"><button type="submit">Acknowledge</button></form>')
  expect(page.text).toContain('You are</dt><dd>carol, by link')
  expect(await status()).toEqual(['open', null, null])
})

test('pressing the button acknowledges in the name of whoever got the message, and once', async () => {
  const token = link()
  const first = await visit('POST', token)
  expect([first.status, first.text.includes('<h1>Acknowledged</h1>')]).toEqual([200, true])
  expect(await status()).toEqual(['acknowledged', 'carol, by link', null])
  const again = await visit('POST', token)
  expect([again.status, again.text.includes('Somebody is on it already')]).toEqual([200, true])
  const entries = (await t.alice('GET', `/incidents/${incident_id}`)).body.timeline
  expect(entries.filter(({ kind }: { kind: string }) => kind === 'acknowledged')).toHaveLength(1)
  const [audited] = await t.app.db.read.select().from(audit_log).where(eq(audit_log.event, 'incident.acknowledged'))
  expect([audited?.actor_kind, audited?.actor_id]).toEqual(['link', t.people.carol.id])
})

test('two who press in the same moment are one acknowledgement', async () => {
  const other = link({ by: { type: 'user', id: t.people.dan.id } })
  const pages = await Promise.all([visit('POST', link()), visit('POST', other)])
  expect(pages.map((page) => page.status)).toEqual([200, 200])
  expect(pages.filter(({ text }) => text.includes('<h1>Acknowledged</h1>'))).toHaveLength(1)
})

test('the link of what was merged answers for what it was merged into', async () => {
  const into = await open('All of it')
  const token = link()
  expect((await t.alice('POST', `/incidents/${incident_id}/merge`, { into })).status).toBe(200)
  expect((await visit('GET', token)).text).toContain('All of it')
  expect((await visit('POST', token)).status).toBe(200)
  expect(await status(into)).toEqual(['acknowledged', 'carol, by link', null])
})

test('a link resolves only when that is what it says', async () => {
  const token = link({ action: 'resolve' })
  expect((await visit('GET', token)).text).toContain('>Resolve</button>')
  expect((await visit('POST', token)).text).toContain('<h1>Resolved</h1>')
  expect(await status()).toEqual(['resolved', null, 'carol, by link'])
  expect((await visit('POST', token)).text).toContain('It was already resolved')
  const late = await visit('POST', link())
  expect([late.status, late.text.includes('It is over already')]).toEqual([200, true])
})

test('a channel answers in its own name', async () => {
  const settings = { webhook_url: 'http://127.0.0.1:1/x' }
  const { id } = (await t.alice('POST', '/notification-channels', { name: '#ops', type: 'slack', settings })).body
  await visit('POST', link({ by: { type: 'channel', id } }))
  expect(await status()).toEqual(['acknowledged', 'Slack #ops', null])
  await t.alice('DELETE', `/notification-channels/${id}`)
  expect((await visit('GET', link({ by: { type: 'channel', id } }))).status).toBe(404)
})

test('the page runs nothing, loads nothing, is kept by nobody and tells no other page its address', async () => {
  for (const page of [await visit('GET', link()), await visit('POST', link()), await visit('GET', 'nonsense')]) {
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/)
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.headers.get('x-robots-tag')).toContain('noindex')
    expect(page.text).not.toContain('<script')
    expect(page.text).not.toContain('<b>')
  }
  const { text } = await visit('GET', link())
  expect(text).toContain('Checkout &lt;b&gt;fails&lt;/b&gt; &amp; more')
  expect(text).toContain(`href="https://xinex.example.com/incidents/${incident_id}"`)
})

test('programs get JSON when they ask for it', async () => {
  const token = link()
  const said = await visit('POST', token, json)
  expect(JSON.parse(said.text)).toEqual({
    outcome: 'done',
    message: 'Acknowledged by carol, by link: Checkout <b>fails</b> & more',
    incident: { id: incident_id, title: 'Checkout <b>fails</b> & more', status: 'acknowledged' },
  })
  expect(said.headers.get('referrer-policy')).toBe('no-referrer')
  expect(JSON.parse((await visit('POST', token, json)).text).outcome).toBe('already')
  const wrong = await visit('POST', `${token.slice(0, -2)}AA`, json)
  expect([wrong.status, JSON.parse(wrong.text).code]).toEqual([404, 'NOT_FOUND'])
  // A body is of no interest, whatever it is.
  const response = await t.appliance.handle(
    new Request(`http://localhost/a/${link()}`, { method: 'POST', headers: json, body: 'x'.repeat(100_000) }),
  )
  expect(response.status).toBe(200)
})

describe('a link is no more', () => {
  const dead = async (token: string) => {
    const before = await status()
    for (const method of ['GET', 'POST']) {
      const page = await visit(method, token)
      expect([page.status, page.text.includes('does not work any more')]).toEqual([404, true])
    }
    expect(await status()).toEqual(before)
  }

  test('when it is changed, cut or made up', async () => {
    const token = link()
    for (const wrong of [
      `${token.slice(0, -1)}_`,
      token.slice(1),
      `${token}A`,
      'x',
      '%00',
      'é'.repeat(40),
      'x'.repeat(300),
    ])
      await dead(encodeURIComponent(wrong))
  })

  test('when its day is over', async () => {
    // A whole day of the engine would take long, and it has nothing to do with it.
    await t.stop()
    t = await boot({ start: false })
    incident_id = await open('x')
    const token = link({}, 0)
    expect((await visit('GET', token)).status).toBe(200)
    await t.clock.advance(DAY)
    await dead(token)
  })

  test('when the person left the workspace, or goes', async () => {
    const { carol, dan } = t.people
    await t.app.db.tx((db) =>
      db
        .delete(memberships)
        .where(and(eq(memberships.user_id, carol.id), eq(memberships.tenant_id, t.tenants.acme.id))),
    )
    await dead(link())
    const leaving = { deletes_at: new Date(t.clock.now() + DAY).toISOString() }
    await t.app.db.tx((db) => db.update(users).set(leaving).where(eq(users.id, dan.id)))
    await dead(link({ by: { type: 'user', id: dan.id } }))
  })

  test('when it names a person or a channel of another workspace, or an incident that never was', async () => {
    await dead(link({ by: { type: 'user', id: t.people.mallory.id } }))
    const hook = { name: 'x', type: 'webhook', settings: { url: 'http://127.0.0.1:1' } }
    const { id } = (await t.mallory('POST', '/notification-channels', hook)).body
    await dead(link({ by: { type: 'channel', id } }))
    await dead(link({ incident_id: Bun.randomUUIDv7() }))
  })
})

test('whoever may only look is told so, by a link too', async () => {
  const token = link({ by: { type: 'user', id: t.people.bob.id } })
  for (const method of ['GET', 'POST']) {
    const page = await visit(method, token)
    expect([page.status, page.text.includes('Your role lets you look'), page.text.includes('<form')]).toEqual([
      403,
      true,
      false,
    ])
  }
  expect(await status()).toEqual(['open', null, null])
})

test('guessing is cut off by address, and does not hold up who has a link that works', async () => {
  const from = (address: string) => ({ 'x-forwarded-for': address })
  const statuses: number[] = []
  for (let i = 0; i < 35; i++)
    statuses.push((await visit(i % 2 ? 'GET' : 'POST', `guess-${i}`, from('203.0.113.9'))).status)
  expect(statuses).toEqual([...Array(30).fill(404), ...Array(5).fill(429)])
  expect((await visit('GET', 'guess', from('203.0.113.9'))).headers.get('retry-after')).toMatch(/^\d+$/)
  expect((await visit('GET', 'guess', from('203.0.113.10'))).status).toBe(404)
  expect((await visit('POST', link(), from('203.0.113.9'))).status).toBe(200)
  await t.clock.advance(120_000)
  expect((await visit('GET', 'guess', from('203.0.113.9'))).status).toBe(404)
})

test('no link is written to the log', async () => {
  await t.stop()
  t = await boot({ level: 'debug' })
  incident_id = await open('x')
  const token = link()
  await visit('POST', token)
  // Something that fails in an unforeseen way names the path it was asked by.
  await t.app.db.tx((db) => db.run('alter table incident_timeline rename to gone'))
  const other = await open('y').catch(() => '')
  expect(other).toBeFalsy()
  await visit('POST', link({ action: 'resolve' }))
  expect(t.lines.join('\n')).toContain('/a/***')
  expect(t.lines.join('\n')).not.toContain(token)
})
