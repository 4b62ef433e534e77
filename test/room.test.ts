import { afterAll, beforeAll, expect, test } from 'bun:test'
import { api_tokens } from '#db/schema/credentials'
import { oauth_clients } from '#db/schema/oauth'
import { probers } from '#db/schema/probers'
import { sso_domains } from '#db/schema/sso'
import { isoAt } from '#kernel/clock'
import { type Booted, boot } from './boot'

let t: Booted
beforeAll(async () => {
  t = await boot({ start: false })
  const at = isoAt(t.clock.now())
  const own = { tenant_id: t.tenants.acme.id, created_at: at }
  const many = Array.from({ length: 499 }, (_, n) => `n${n}`)
  const user_id = t.people.alice.id
  await t.app.db.tx(async (tx) => {
    // Alice came with one.
    const token = (name: string) => ({ ...own, user_id, name, prefix: name, hash: name, scope: 'read' as const })
    await tx.insert(api_tokens).values(many.slice(1).map(token))
    const program = { redirect_uris: [], grant_types: [], scopes: [], role: 'viewer' as const, created_by: user_id }
    await tx.insert(oauth_clients).values(many.map((name) => ({ ...own, ...program, name, updated_at: at })))
    await tx.insert(probers).values(many.map((name) => ({ ...own, name, region: name, facts: {}, updated_at: at })))
    await tx.insert(sso_domains).values(many.map((name) => ({ ...own, domain: `${name}.test`, challenge: name })))
  })
})
afterAll(() => t.stop())

test.each([
  ['/api-tokens', (n: number) => ({ name: `x${n}` })],
  ['/oauth/clients', (n: number) => ({ name: `x${n}`, redirect_uris: ['https://x.test/'] })],
  ['/probers', (n: number) => ({ name: `x${n}`, region: `x${n}` })],
  ['/sso/domains', (n: number) => ({ domain: `x${n}.example.test` })],
])('%s: the five hundredth is made, the next one is refused with a sentence', async (path, draft) => {
  const { ask } = await t.session('alice')
  expect((await ask('POST', path, draft(1))).status).toBe(201)
  const { status, body } = await ask('POST', path, draft(2))
  expect([status, body.code, body.details]).toEqual([409, 'CONFLICT', { current_count: 500, limit: 500 }])
  expect((await t.mallory('GET', path)).body.total).toBeLessThan(2)
})
