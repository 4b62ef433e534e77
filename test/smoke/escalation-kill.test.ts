import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { curlAs, EMAIL, type Installed, install, missing, PASSWORD, until } from './appliance'
import { mailbox } from './peers'

/** A step waits so long at least. */
const STEP_S = 30
type Heard = { room: string; event: string; title: string; id: string }

/** Rooms that hear in the order in which it comes; their answer takes a moment, in which the sender may be killed. */
function rooms(onHeard: (heard: Heard) => void) {
  const heard: Heard[] = []
  const server = Bun.serve({
    ...{ port: 0, hostname: '127.0.0.1' },
    async fetch(request) {
      // Safe: this is what the webhook channel documents.
      const {
        event,
        delivery_id: id,
        data,
      } = (await request.json()) as {
        event: string
        delivery_id: string
        data: { incident: { title: string } }
      }
      const one = { room: new URL(request.url).pathname.slice(1), event, title: data.incident.title, id }
      heard.push(one)
      onHeard(one)
      await Bun.sleep(150)
      return new Response('ok')
    },
  })
  return { heard, url: (room: string) => `http://127.0.0.1:${server.port}/${room}`, stop: () => server.stop(true) }
}

/** What came, without what came again: that has the same id. */
const distinct = (heard: Heard[]) => [...new Map(heard.map((one) => [one.id, one])).values()]

describe.skipIf(missing.length > 0)('kill -9 in the middle of an escalation', () => {
  let xinex: Installed
  let post: Awaited<ReturnType<typeof mailbox>>
  let room: ReturnType<typeof rooms>
  /** Called when a message has come whose sender is to be killed before it is answered. */
  let strike = () => {}
  const strikes = new Map<string, number>()

  beforeAll(async () => {
    post = await mailbox()
    room = rooms(({ room, event, title }) => {
      // The first message of some steps, and once its repetition as well.
      const name = `${room} ${event} ${title}`
      const times = strikes.get(name) ?? 0
      strikes.set(name, times + 1)
      if (title === 'Shop' && times < (room === 'two' ? 2 : 1)) strike()
    })
    xinex = await install({ XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD, XINEX_SMTP_URL: post.url })
    await xinex.start()
  }, 60_000)
  afterAll(async () => {
    await xinex?.stop()
    await post?.stop()
    room?.stop()
  })

  async function furnish() {
    const { text: token } = await xinex.run('admin', 'token', '--data', xinex.data, '--email', EMAIL, '--name', 'kill')
    const curl = curlAs(xinex.base, token)
    const make = async (path: string, body: object) => {
      const { status, body: made } = await curl('POST', path, body)
      expect([path, status, made.details]).toEqual([path, 201, undefined])
      return made
    }
    const channel = async (name: string) => {
      const draft = { name, type: 'webhook', is_default: false, settings: { url: room.url(name) } }
      return { type: 'channel', id: (await make('/notification-channels', draft)).id }
    }
    const [one, two, three] = [await channel('one'), await channel('two'), await channel('three')]
    const { items } = (await curl('GET', '/members')).body
    const ada = { type: 'user', id: items[0].user_id }
    const steps = [[one], [two], [three, ada]].map((targets) => ({ delay_s: STEP_S, targets }))
    await make('/escalation-policies', { name: 'Rooms', is_default: true, steps })
    const open = async (title: string): Promise<string> => (await make('/incidents', { title })).id
    return { curl, open }
  }

  /** Kills and starts it until this is so: at random moments, and at once when it is struck. */
  async function killUntil(done: () => boolean, most_ms: number) {
    let kills = 0
    const end = performance.now() + most_ms
    while (!done()) {
      if (performance.now() > end) throw new Error(`Not within ${most_ms} ms: ${JSON.stringify(room.heard)}`)
      const struck = new Promise<void>((now) => {
        strike = now
      })
      await Promise.race([struck, Bun.sleep(500 + Math.random() * 6_000)])
      await xinex.kill()
      kills++
      await xinex.start()
    }
    strike = () => {}
    return kills
  }

  test('every step is taken once and in order, nothing is lost, and what comes twice has the same id', async () => {
    const { curl, open } = await furnish()
    const shop = await open('Shop')
    const blog = await open('Blog')
    const came = (name: string, event: string, title: string) =>
      room.heard.some((one) => one.room === name && one.event === event && one.title === title)
    await until('both first steps have come', 20_000, async () =>
      ['Shop', 'Blog'].every((title) => came('one', 'incident.created', title)),
    )
    const answered = (path: string) =>
      until(`${path} is answered`, 20_000, async () => (await curl('POST', path, {})).status === 200)
    await answered(`/incidents/${blog}/ack`)
    // Two steps of half a minute, and what the starts take of it.
    const kills = await killUntil(
      () => came('three', 'incident.created', 'Shop') && post.mails.length > 0,
      4 * STEP_S * 1_000,
    )
    await answered(`/incidents/${shop}/resolve`)
    await answered(`/incidents/${blog}/resolve`)
    const over = [
      ['one', 'Shop'],
      ['two', 'Shop'],
      ['three', 'Shop'],
      ['one', 'Blog'],
    ] as const
    await until('all have heard that it is over', 20_000, async () =>
      over.every(([name, title]) => came(name, 'incident.resolved', title)),
    )
    await until('the letter that it is over has come', 20_000, async () =>
      post.mails.some(({ subject }) => subject === 'Resolved: Shop'),
    )

    const told = (title: string) =>
      distinct(room.heard)
        .filter((one) => one.title === title)
        .map(({ room, event }) => `${room} ${event.split('.')[1]}`)
    const shopSaid = told('Shop')
    expect(shopSaid.slice(0, 3)).toEqual(['one created', 'two created', 'three created'])
    // Three rooms have no order between them.
    expect(shopSaid.slice(3).sort()).toEqual(['one resolved', 'three resolved', 'two resolved'])
    expect(told('Blog')).toEqual(['one created', 'one acknowledged', 'one resolved'])
    const letters = new Map(post.mails.map(({ messageId, subject }) => [messageId, subject]))
    expect([...letters.values()]).toEqual(['Shop', 'Resolved: Shop'])

    // It is no test of kills if none was between a message and the end of its delivery.
    expect(kills).toBeGreaterThanOrEqual(4)
    expect(room.heard.length).toBeGreaterThan(distinct(room.heard).length)
    // What it says it has sent is what has come, each once.
    const log = async () => (await curl('GET', '/notification-log?per_page=100')).body.items
    const sent = async () => (await log()).filter(({ status }: { status: string }) => status === 'sent')
    await until('the last end is written', 10_000, async () => (await sent()).length === 9 + 2)
    const ids = (await sent()).map(({ delivery_id }: { delivery_id: string }) => delivery_id)
    const rooms = distinct(room.heard).map(({ id }) => id)
    expect(ids.filter((id: string) => rooms.includes(id)).sort()).toEqual(rooms.sort())

    await xinex.kill()
    const client = createClient({ url: `file:${xinex.data}/xinex.db` })
    expect((await client.execute('pragma integrity_check')).rows[0]?.integrity_check).toBe('ok')
    client.close()
  }, 240_000)
})
