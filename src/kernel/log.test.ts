import { afterAll, beforeAll, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { type Booted, boot } from '../../test/boot'

let t: Booted
beforeAll(async () => {
  t = await boot()
})
afterAll(() => t.stop())

test('a statement that fails is logged with its reason, and without what people and programs have written', async () => {
  const { id, slug } = (await t.alice('POST', '/heartbeats', { name: 'Nightly' })).body
  // Nobody but the engine writes pings: the next one collides with this.
  await t.app.db.tx((tx) =>
    tx.run(sql`insert into heartbeat_pings (heartbeat, n, kind, at, door)
      select number, 1, 'success', 5, 'http' from heartbeats where id = ${id}`),
  )
  const headers = { 'user-agent': 'secret-agent/1' }
  expect((await t.nobody('POST', `/hb/${slug}/fail?rid=secret-run&msg=secret-words`, undefined, headers)).status).toBe(
    503,
  )
  const logged = t.lines.join('')
  expect(logged).toContain('UNIQUE constraint failed')
  expect(logged).toContain('insert into heartbeat_pings')
  expect(logged).toContain(`"heartbeat":1`)
  expect(logged).not.toContain('secret-')
  expect(logged).not.toContain('params')
  for (const line of t.lines) expect(line.length).toBeLessThan(4_000)
})
