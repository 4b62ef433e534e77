import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { rateLimits } from '#contract/rate-limits'
import { loggable } from '#kernel/url'
import { type Booted, boot } from '../../../test/boot'
import { heartbeat, reporting } from './pings.fixtures'

let t: Booted
let say: ReturnType<typeof reporting>
beforeAll(async () => {
  t = await boot()
  say = reporting(t)
})
afterAll(() => t.stop())

describe('how often may be reported', () => {
  test('is counted for each heartbeat, by whichever way', async () => {
    const [one, other] = [await heartbeat(t), await heartbeat(t)]
    const ways = [`/api/v1/hb/${one.slug}`, `/ping/${one.slug}/start`, `/${one.slug}`, `/api/push/${one.slug}`]
    const { requests } = rateLimits.ping
    for (let n = 0; n < requests; n++) expect((await say('GET', ways[n % 4] ?? '')).status).toBe(200)
    for (const way of ways) {
      const { status, headers } = await say('GET', way)
      expect([way, status]).toEqual([way, 429])
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      expect(headers.get('x-ratelimit-limit')).toBe(String(requests))
    }
    expect((await say('GET', `/api/v1/hb/${other.slug}`)).status).toBe(200)
    await t.advance(120_000)
    expect((await say('GET', ways[0] ?? '')).status).toBe(200)
  })

  test('a guesser is cut off; what is known is heard behind the same address all the same', async () => {
    const { slug } = await heartbeat(t)
    const here = { 'x-peer': '192.0.2.1' }
    expect((await say('GET', `/api/v1/hb/${slug}`, undefined, here)).status).toBe(200)
    const { requests } = rateLimits.pings
    for (let n = 0; n < requests; n++) {
      const { status } = await say('GET', n % 2 ? `/api/v1/hb/guess-${n}` : `/ping/key-${n}/name`, undefined, here)
      if (status !== 404) expect([n, status]).toEqual([n, 404])
    }
    expect((await say('GET', '/api/v1/hb/one-more-guess', undefined, here)).status).toBe(429)
    expect((await say('GET', `/api/v1/hb/${slug}`, undefined, here)).status).toBe(200)
    expect((await say('GET', '/api/v1/hb/one-more-guess', undefined, { 'x-peer': '192.0.2.2' })).status).toBe(404)
  }, 30_000)

  test('many jobs may report through one address', async () => {
    const here = { 'x-peer': '192.0.2.3' }
    const made = await Promise.all(Array.from({ length: 60 }, () => heartbeat(t)))
    for (let round = 0; round < 110; round++) {
      const heard = await Promise.all(made.map(({ slug }) => say('GET', `/api/v1/hb/${slug}`, undefined, here)))
      expect(heard.filter(({ status }) => status !== 200)).toEqual([])
    }
    expect(60 * 110).toBeGreaterThan(rateLimits.pings.requests)
  }, 60_000)
})

describe('an address as it may be written down', () => {
  const uuid = 'c2354d53-d2aa-4bbb-8ccc-0123456789ab'
  test.each([
    [`/api/v1/hb/${uuid}`, '/api/v1/hb/***'],
    [`/api/v1/hb/${uuid}/start/`, '/api/v1/hb/***/start'],
    [`/api/v1/hb/${uuid}/17`, '/api/v1/hb/***/17'],
    [`/${uuid}`, '/***'],
    [`/${uuid.toUpperCase()}/fail`, '/***/fail'],
    ['/ping/some-key/nightly/log', '/ping/***/log'],
    ['/ping/some-key/nightly', '/ping/***'],
    ['/p/some-key/nightly', '/p/***'],
    ['/snitch/c2354d53d2', '/snitch/***'],
    ['/api/push/token', '/api/push/***'],
    ['/api/v1/push/push_key', '/api/v1/push/***'],
    ['/api/v1/heartbeats/1', '/api/v1/heartbeats/1'],
    ['/ping-key', '/ping-key'],
  ])('%s has no key in it', (path, written) => expect(loggable(path)).toBe(written))
})
