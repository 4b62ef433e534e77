import { expect } from 'bun:test'
import { boot } from '../../../test/boot'

/** An appliance whose owner holds a key of the management API, and one that only reads. */
export async function withKeys() {
  const t = await boot({ config: { publicUrl: 'https://up.example.test', trustedProxies: ['127.0.0.1/32'] } })
  const byKey = (key: string) => t.asking({ 'x-api-key': key })
  const made = await t.alice('POST', '/api-tokens', { name: 'dashboard', scope: 'read' })
  const ask = byKey(t.people.alice.token)
  return {
    ...{ t, byKey, ask },
    reader: byKey(made.body.token),
    async create(body: object) {
      const { status, body: check } = await ask('POST', '/api/v3/checks/', body)
      expect([status, check]).toEqual([201, expect.objectContaining({ uuid: expect.any(String) })])
      return check
    },
    async ping(uuid: string, what = '', body?: string) {
      const answer = await t.nobody(body === undefined ? 'GET' : 'POST', `/ping/${uuid}${what}`, body)
      expect(answer.status).toBe(200)
    },
  }
}
