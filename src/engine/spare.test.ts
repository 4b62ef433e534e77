import { afterEach, beforeEach, expect, test } from 'bun:test'
import { target } from '../../test/listeners'
import { withMail } from '../../test/mailbox'

let post: Awaited<ReturnType<typeof withMail>>
let site: ReturnType<typeof target>
const MIN = 60_000
beforeEach(async () => {
  post = await withMail()
  site = target()
})
afterEach(async () => {
  await post.stop()
  site.stop()
})

const ask = async (method: string, path: string, body?: object) => {
  const answer = await post.t.alice(method, path, body)
  expect([path, answer.status < 300, answer.body?.details]).toEqual([path, true, undefined])
  await post.t.appliance.idle()
  return answer.body
}
const policy = (...names: ('dan' | 'carol')[]) =>
  ask('POST', '/escalation-policies', {
    ...{ name: 'P', is_default: true },
    steps: names.map((name) => ({ delay_s: 3600, targets: [{ type: 'user', id: post.t.people[name].id }] })),
  })
const calls = async (name: 'dan' | 'carol') =>
  (await post.letters(post.t.people[name].email)).filter(({ subject }) => subject?.includes('down')).length
const alertsNow = async () => (await ask('GET', '/alerts')).items

async function broken() {
  const monitor = await ask('POST', '/monitors', {
    ...{ name: 'Shop', type: 'http', url: site.url, interval: 30, alert_threshold: 1 },
  })
  await post.t.advance(MIN)
  site.answer(500)
  await post.t.advance(MIN)
  return monitor.id
}

test('who leaves is not called any more, and the next step does not wait for them', async () => {
  await policy('dan', 'carol')
  await broken()
  expect([await calls('dan'), await calls('carol')]).toEqual([1, 0])
  await ask('DELETE', `/members/${post.t.people.dan.id}`)
  await post.t.advance(1_000)
  expect([await calls('dan'), await calls('carol')]).toEqual([1, 1])
})

test.each(['pause', 'delete'])('after a %s nobody is called for it, and its alert says why', async (act) => {
  await policy('dan', 'carol')
  const id = await broken()
  if (act === 'pause') await ask('POST', `/monitors/${id}/pause`)
  else await ask('DELETE', `/monitors/${id}`)
  const [alert] = await alertsNow()
  expect([alert.status, alert.reason]).toEqual(['resolved', `The monitor was ${act}d`])
  await post.t.advance(120 * MIN)
  expect([await calls('dan'), await calls('carol')]).toEqual([1, 0])
})
