import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Booted, boot } from '../../../test/boot'

let t: Booted
beforeAll(async () => {
  t = await boot()
})
afterAll(() => t.stop())

test('a preview from a time that no calendar of ours knows is refused, not looked for without end', async () => {
  const schedule = { kind: 'cron', cron: '0 0 29 2 1#5' }
  for (const from of ['0001-01-01T00:00:00Z', '0099-12-31T23:59:59Z', '1999-12-31T23:59:59Z', '9999-12-31T23:59:59Z']) {
    const { status, body } = await t.bob('POST', '/heartbeats/preview', { schedule, from })
    expect([from, status, Object.keys(body.details?.fields ?? {})]).toEqual([from, 422, ['from']])
  }
  const { status, body } = await t.bob('POST', '/heartbeats/preview', { schedule, from: '2199-12-31T23:59:59Z' })
  expect([status, body.next[0].expected_at]).toEqual([200, '2204-02-29T00:00:00.000Z'])
})
