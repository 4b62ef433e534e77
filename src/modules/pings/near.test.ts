import { afterAll, beforeAll, expect, test } from 'bun:test'
import { rateLimits } from '#contract/rate-limits'
import { type Booted, boot } from '../../../test/boot'
import { heartbeat, pingKey, reporting, stateOf } from './pings.fixtures'

let t: Booted
let say: ReturnType<typeof reporting>
beforeAll(async () => {
  t = await boot()
  say = reporting(t)
})
afterAll(() => t.stop())

test('an address that a script got wrong is 404, never a page that looks like an answer', async () => {
  const { slug } = await heartbeat(t)
  const wrong = [
    ...['/ping', '/ping/', '/p', '/p/', '/p/key', '/snitch', '/snitch/', `/snitch/${slug}/x`, '/p/key/name/more'],
    ...[
      `/${slug}/start/more`,
      `/ping/key/name/start/more`,
      `/ping/${slug}/1/2/3`,
      '/PING/',
      '/api/push/',
      '/api/v1/hb/',
    ],
  ]
  for (const path of wrong)
    for (const method of ['GET', 'HEAD', 'POST', 'PUT']) {
      const { status, text } = await say(method, path)
      expect([method, path, status, text.includes('<html')]).toEqual([method, path, 404, false])
    }
  for (const path of ['/', '/pings', '/heartbeats', '/people'])
    expect([path, (await say('GET', path)).headers.get('content-type')]).toEqual([path, 'text/html; charset=utf-8'])
})

test('a UUID is counted as one however it is written', async () => {
  const { id, slug } = await heartbeat(t)
  const spellings = [slug, slug.toUpperCase(), slug.replace(/[a-f]/, (letter) => letter.toUpperCase()), encodeURI(slug)]
  const { requests } = rateLimits.ping
  for (let n = 0; n < requests; n++) expect((await say('GET', `/ping/${spellings[n % 4]}`)).status).toBe(200)
  for (const one of spellings)
    for (const way of [`/ping/${one}`, `/${one}/fail`, `/api/v1/hb/${one}/7`])
      expect([way, (await say('GET', way)).status]).toEqual([way, 429])
  expect((await stateOf(t, id)).pings).toBe(requests)
})

test('behind the address of a guesser, a job is heard that reports by its name, and after others were deleted', async () => {
  const { slug, name_slug } = (await t.alice('POST', '/heartbeats', { name: 'Named job' })).body
  const key = await pingKey(t)
  const here = { 'x-peer': '192.0.2.77' }
  const ways = [`/ping/${key}/${name_slug}`, `/ping/${slug}`]
  for (const way of ways) expect((await say('GET', way, undefined, here)).status).toBe(200)
  for (let n = 0; n < rateLimits.pings.requests; n++) await say('GET', `/ping/guess-${n}`, undefined, here)
  expect((await say('GET', '/ping/guess', undefined, here)).status).toBe(429)
  const { id } = await heartbeat(t)
  await t.alice('DELETE', `/heartbeats/${id}`)
  await t.appliance.idle()
  for (const way of ways) expect([way, (await say('GET', way, undefined, here)).status]).toEqual([way, 200])
})
