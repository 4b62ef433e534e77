import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { auth_flows } from '#db/schema/auth'
import { type Booted, boot } from '../../test/boot'

let t: Booted
beforeEach(async () => {
  const config = { trustedProxies: ['127.0.0.1/32'], publicUrl: 'https://up.example.test' }
  t = await boot({ start: false, config })
})
afterEach(() => t.stop())

describe('a stranger with much time', () => {
  test('does not make the limits forget by inventing credentials', async () => {
    const guess = async () => (await t.nobody('POST', '/auth/verify-email', { token: 'x' })).status
    for (let n = 0; n < 10; n++) expect(await guess()).toBe(422)
    expect(await guess()).toBe(429)
    // One more than there are counters.
    for (let n = 0; n <= 50_000; n++)
      await t.appliance.handle(
        new Request('http://localhost/api/v1/me', { headers: { authorization: `Bearer x${n}` } }),
      )
    expect(await guess()).toBe(429)
    expect((await t.alice('GET', '/me')).status).toBe(200)
  }, 60_000)

  test('leaves no sign-ins behind that nobody goes on with', async () => {
    const begin = (from: string) =>
      t.nobody('POST', '/auth/passkey/options', undefined, { 'x-forwarded-for': `10.0.0.${from}` })
    for (let n = 0; n < 50; n++) expect((await begin(String(n))).status).toBe(200)
    expect(await t.app.db.read.$count(auth_flows)).toBe(50)
    t.clock.sleep(600_001)
    expect((await begin('99')).status).toBe(200)
    expect(await t.app.db.read.$count(auth_flows)).toBe(1)
  })
})
