import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { notification_log } from '#db/schema/engine'
import { audit_log } from '#db/schema/kernel'
import { notification_channels } from '#db/schema/notification-channels'
import { contactsOf, settingsOf, withVia } from '#engine/contacts'
import { type Ask, type Booted, boot } from '../../../test/boot'
import { withMail } from '../../../test/mailbox'

/** What arrived at an ntfy server. */
type Message = { topic: string; title: string; message: string; authorization: string | null }
const heard: Message[] = []
let answerWith = 200
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const body = (await request.json()) as Message
    heard.push({ ...body, authorization: request.headers.get('authorization') })
    return Response.json({ id: 'x', error: body.message.slice(0, 30) }, { status: answerWith })
  },
})
afterAll(() => server.stop(true))
const ntfy = `http://127.0.0.1:${server.port}`
const token = 'tk_workspace_3f9a81'
const path = '/users/me/contact-methods'
const codeIn = (text = '') => /\b(\d{6})\b/.exec(text)?.[1] ?? ''
const wrongFor = (code: string) => (code === '000000' ? '000001' : '000000')

let t: Booted
let via_id: string
beforeEach(async () => {
  heard.length = 0
  answerWith = 200
  t = await boot()
  const team = { name: 'Phones', type: 'ntfy', settings: { server: ntfy, topic: 'team', token } }
  via_id = (await t.alice('POST', '/notification-channels', team)).body.id
})
afterEach(() => t.stop())

const draft = (more: object = {}) => ({ name: 'My phone', type: 'ntfy', settings: { topic: 'bob' }, via_id, ...more })
const add = async (ask: Ask, more: object = {}) => (await ask('POST', path, draft(more))).body
async function confirmed(ask: Ask, more: object = {}) {
  const { id } = await add(ask, more)
  await ask('POST', `${path}/${id}/verify`, { code: codeIn(heard.at(-1)?.message) })
  return id as string
}

describe('a contact method', () => {
  test('completes a channel of the workspace with an address of its own, and is confirmed by a code', async () => {
    const { status, body } = await t.bob('POST', path, draft())
    expect(status).toBe(201)
    expect(body).toMatchObject({
      ...{ name: 'My phone', type: 'ntfy', kind: 'other', label: 'bob', via_id, via_name: 'Phones' },
      ...{ settings: { topic: 'bob' }, verified: false, failing: null, code: { status: 'sent', error: null } },
    })
    expect(heard).toMatchObject([{ topic: 'bob', authorization: `Bearer ${token}` }])
    const code = codeIn(heard[0]?.message)
    expect(code).toHaveLength(6)
    const { body: after } = await t.bob('POST', `${path}/${body.id}/verify`, { code })
    expect(after).toMatchObject({ verified: true, code_expires_at: null, code: null })
    expect((await t.bob('POST', `${path}/${body.id}/test`)).body.status).toBe('sent')
    expect(heard[1]?.topic).toBe('bob')
  })

  test('holds nothing of the channel it goes through: that is taken as it is when a message is sent', async () => {
    const id = await confirmed(t.bob)
    const [row] = await t.app.db.read.select().from(notification_channels).where(eq(notification_channels.id, id))
    expect(row?.settings).toEqual({ topic: 'bob' })
    expect(JSON.stringify((await t.bob('GET', path)).body)).not.toContain(token)
    const renewed = { settings: { server: ntfy, topic: 'team', token: 'tk_renewed' } }
    await t.alice('PUT', `/notification-channels/${via_id}`, renewed)
    await t.bob('POST', `${path}/${id}/test`)
    expect(heard.at(-1)).toMatchObject({ topic: 'bob', authorization: 'Bearer tk_renewed' })
    expect((await t.bob('GET', path)).body.items.at(-1).verified).toBe(true)
  })

  test('the code is nowhere but in the message: not stored, logged, audited or answered, though a provider repeats it', async () => {
    answerWith = 400
    const { id, code: sent } = await add(t.bob)
    const code = codeIn(heard[0]?.message)
    const rows = {
      log: await t.app.db.read.select().from(notification_log),
      stored: await t.app.db.read.select().from(notification_channels).where(eq(notification_channels.id, id)),
      audit: await t.app.db.read.select().from(audit_log),
    }
    expect(rows.log).toMatchObject([{ event: 'code', user_id: t.people.bob.id, user_name: 'bob', status: 'failed' }])
    expect(sent.status).toBe('failed')
    // The id of a row may have six digits in a row; the code stands by itself.
    expect(JSON.stringify({ ...rows, sent })).not.toMatch(new RegExp(`(?<![0-9a-f-])${code}(?![0-9a-f-])`))
    expect(t.lines.join('\n')).not.toContain(code)
  })

  test('five wrong codes are the end of it, and a new one is sent after a minute', async () => {
    const { id } = await add(t.bob)
    const code = codeIn(heard[0]?.message)
    for (const left of [4, 3, 2, 1]) {
      const { status, body } = await t.bob('POST', `${path}/${id}/verify`, { code: wrongFor(code) })
      expect([status, body.details.fields.code]).toEqual([422, `is not the code that was sent; ${left} more tries`])
    }
    await t.bob('POST', `${path}/${id}/verify`, { code: wrongFor(code) })
    expect((await t.bob('POST', `${path}/${id}/verify`, { code })).status).toBe(422)
    const soon = await t.bob('POST', `${path}/${id}/code`)
    expect([soon.status, soon.body.code, soon.headers.get('retry-after')]).toEqual([429, 'RATE_LIMITED', '60'])
    await t.advance(60_000)
    expect((await t.bob('POST', `${path}/${id}/code`)).body.status).toBe('sent')
    const again = codeIn(heard.at(-1)?.message)
    expect((await t.bob('POST', `${path}/${id}/verify`, { code: again })).body.verified).toBe(true)
    expect((await t.bob('POST', `${path}/${id}/code`)).status).toBe(409)
  })

  test('a code is good for 15 minutes', async () => {
    const { id } = await add(t.bob)
    await t.advance(15 * 60_000)
    const { status } = await t.bob('POST', `${path}/${id}/verify`, { code: codeIn(heard[0]?.message) })
    expect(status).toBe(422)
  })

  test('another address has to be confirmed anew; another name does not', async () => {
    const id = await confirmed(t.bob)
    const renamed = (await t.bob('PUT', `${path}/${id}`, { name: 'Pocket' })).body
    expect(renamed).toMatchObject({ name: 'Pocket', verified: true, code: null })
    const same = (await t.bob('PUT', `${path}/${id}`, { settings: { topic: 'bob' } })).body
    expect(same).toMatchObject({ verified: true, code: null })
    const moved = (await t.bob('PUT', `${path}/${id}`, { settings: { topic: 'elsewhere' } })).body
    expect(moved).toMatchObject({ verified: false, code: { status: 'sent' }, settings: { topic: 'elsewhere' } })
    expect(heard.at(-1)?.topic).toBe('elsewhere')
    expect((await t.bob('POST', `${path}/${id}/test`)).status).toBe(409)
  })

  test('stays when its channel is deleted, and says that it cannot be used', async () => {
    const id = await confirmed(t.bob)
    await t.alice('DELETE', `/notification-channels/${via_id}`)
    const mine = (await t.bob('GET', path)).body.items.at(-1)
    expect(mine).toMatchObject({
      id,
      verified: true,
      via_name: null,
      failing: 'the channel it goes through was deleted',
    })
    expect((await t.bob('POST', `${path}/${id}/test`)).status).toBe(409)
    const known = await contactsOf(t.app, t.app.db.read, t.tenants.acme.id, [t.people.bob.id])
    expect(known.get(t.people.bob.id)?.at(-1)?.failing).toBeString()
    const way = await withVia(t.app.db.read, t.tenants.acme.id, id)
    expect(() => way && settingsOf(t.app, way.row, way.via)).toThrow('was deleted')
    expect((await t.bob('DELETE', `${path}/${id}`)).status).toBe(204)
  })

  test('belongs to its owner alone', async () => {
    const { id } = await add(t.bob)
    for (const who of [t.alice, t.carol, t.mallory]) {
      expect((await who('PUT', `${path}/${id}`, { name: 'x' })).status).toBe(404)
      expect((await who('POST', `${path}/${id}/verify`, { code: '000000' })).status).toBe(404)
      expect((await who('POST', `${path}/${id}/code`)).status).toBe(404)
      expect((await who('POST', `${path}/${id}/test`)).status).toBe(404)
      expect((await who('DELETE', `${path}/${id}`)).status).toBe(404)
      expect(JSON.stringify((await who('GET', path)).body)).not.toContain(id)
    }
    // It is no channel of the workspace either.
    expect((await t.alice('GET', `/notification-channels/${id}`)).status).toBe(404)
    expect((await t.alice('GET', '/notification-channels')).body.total).toBe(1)
  })

  test('is known to admins by name, kind and state, never by its address', async () => {
    await add(t.bob, { settings: { topic: 'secret_topic' } })
    const { items, total } = (await t.dan('GET', '/contact-methods')).body
    expect(total).toBe(4)
    const bob = items.find((one: { user_name: string }) => one.user_name === 'bob')
    expect(bob.contacts.at(-1)).toEqual({
      name: 'My phone',
      type: 'ntfy',
      kind: 'other',
      verified: false,
      failing: null,
    })
    expect(JSON.stringify(items)).not.toContain('secret_topic')
    expect((await t.carol('GET', '/contact-methods')).status).toBe(403)
  })

  test.each([
    ['a kind that there is not', { type: 'pigeon', via_id: null }, 'type'],
    ['a kind that reaches into the machine', { type: 'script', via_id: null, settings: {} }, 'type'],
    ['a device', { type: 'web-push', via_id: null, settings: {} }, 'type'],
    ['no address', { settings: {} }, 'settings.topic'],
    ['what belongs to the channel', { settings: { topic: 'bob', server: 'http://127.0.0.1:1' } }, 'settings.server'],
    ['a channel that there is not', { via_id: 'nope' }, 'via_id'],
    ['a channel of another kind', { type: 'telegram', settings: { chat_id: '1' } }, 'via_id'],
    ['a name with a line break', { name: 'a\r\nb' }, 'name'],
    ['settings that are none', { settings: [] }, 'settings'],
    ['several people', { type: 'email', via_id: null, settings: { to: ['a@b.test', 'c@d.test'] } }, 'settings.to'],
  ])('with %s is refused and the field is named', async (_, more, field) => {
    const { status, body } = await t.carol('POST', path, draft(more))
    expect([status, Object.keys(body.details.fields)]).toEqual([422, [field]])
    expect(heard).toEqual([])
  })

  test('may not go through a channel of another workspace, nor through somebody’s own', async () => {
    const foreign = await t.mallory('POST', path, draft())
    expect([foreign.status, Object.keys(foreign.body.details.fields)]).toEqual([422, ['via_id']])
    const { id } = await add(t.bob)
    expect((await t.carol('POST', path, draft({ via_id: id }))).status).toBe(422)
  })

  test('with a server of one’s own is for those who may set up channels', async () => {
    const own = { via_id: undefined, settings: { server: ntfy, topic: 'mine', token: 'tk_own' } }
    expect((await t.bob('POST', path, draft(own))).status).toBe(403)
    const { status, body } = await t.carol('POST', path, draft(own))
    expect(status).toBe(201)
    expect(body).toMatchObject({ via_id: null, settings: { server: ntfy, topic: 'mine', token: '********' } })
    expect(heard.at(-1)).toMatchObject({ topic: 'mine', authorization: 'Bearer tk_own' })
    const stored = JSON.stringify(await t.app.db.read.select().from(notification_channels))
    expect(stored).not.toContain('tk_own')
    // From one to the other: then only the address is theirs.
    await t.advance(60_000)
    const moved = (await t.carol('PUT', `${path}/${body.id}`, { via_id, settings: { topic: 'mine' } })).body
    expect(moved).toMatchObject({ via_name: 'Phones', settings: { topic: 'mine' }, verified: false })
    expect(heard.at(-1)?.authorization).toBe(`Bearer ${token}`)
  })

  test('of one’s own is one of twenty at most, and ten codes are sent within an hour', async () => {
    for (let i = 0; i < 10; i++) expect((await t.bob('POST', path, draft())).status).toBe(201)
    const { status, headers } = await t.bob('POST', path, draft())
    expect([status, headers.get('retry-after')]).toEqual([429, '3600'])
    await t.advance(3_600_000)
    for (let i = 0; i < 10; i++) expect((await t.bob('POST', path, draft())).status).toBe(201)
    await t.advance(3_600_000)
    expect((await t.bob('POST', path, draft())).status).toBe(409)
  })

  test('that is removed is in no rule any more', async () => {
    const id = await confirmed(t.bob)
    const prefs = (await t.bob('GET', '/users/me/notification-prefs')).body
    const rules = [
      { delay_s: 0, contact_id: id },
      { delay_s: 300, contact_id: 'email' },
    ]
    expect((await t.bob('PUT', '/users/me/notification-prefs', { ...prefs, rules })).status).toBe(200)
    await t.bob('DELETE', `${path}/${id}`)
    expect((await t.bob('GET', '/users/me/notification-prefs')).body.rules).toEqual([rules[1]])
  })

  test('goes with its owner when they leave the workspace', async () => {
    const id = await confirmed(t.bob)
    await t.alice('DELETE', `/members/${t.people.bob.id}`)
    const left = await t.app.db.read.select().from(notification_channels).where(eq(notification_channels.id, id))
    expect(left).toEqual([])
  })

  test('can be added of the kinds that are offered, with the channels that can carry it', async () => {
    const { items } = (await t.bob('GET', `${path}/kinds`)).body
    const types = items.map((one: { type: string }) => one.type)
    expect(types).toContain('webhook')
    for (const hidden of ['script', 'web-push', 'fcm', 'apns']) expect(types).not.toContain(hidden)
    const kind = items.find((one: { type: string }) => one.type === 'ntfy')
    expect(kind.through).toEqual([{ id: via_id, name: 'Phones' }])
    expect(Object.keys(kind.personal.properties)).toEqual(['topic'])
  })
})

describe('the mail of the account', () => {
  test('is there by itself, and says when this server cannot send', async () => {
    expect((await t.bob('GET', path)).body.items).toMatchObject([
      {
        id: 'email',
        type: 'email',
        kind: 'email',
        label: 'bob@example.test',
        failing: expect.stringContaining('mail server'),
      },
    ])
  })

  test('gets a test message', async () => {
    const mail = await withMail()
    const { body } = await mail.t.bob('POST', `${path}/email/test`)
    expect(body.status).toBe('sent')
    expect(await mail.letters('bob@example.test')).toHaveLength(1)
    await mail.stop()
  })

  test('has to be confirmed before messages go anywhere, where strangers may register', async () => {
    const mail = await withMail({ config: { registration: 'open' } })
    await mail.t.app.db.tx((tx) =>
      tx.update(users).set({ email_verified_at: null }).where(eq(users.id, mail.t.people.mallory.id)),
    )
    mail.t.app.credentials.forget()
    const other = { name: 'x', type: 'email', settings: { to: ['victim@example.test'] } }
    const { status, body } = await mail.t.mallory('POST', path, other)
    expect([status, body.code]).toEqual([403, 'EMAIL_NOT_VERIFIED'])
    expect(await mail.letters('victim@example.test')).toEqual([])
    await mail.stop()
  })
})
