import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { users } from '#db/schema/auth'
import { identities } from '#db/schema/identities'
import { type Booted, boot, PASSWORD } from '../../../test/boot'
import { openDirectory } from './directory.fixtures'
import { addProvider } from './oidc.fixtures'

let t: Booted
let directory: Awaited<ReturnType<typeof openDirectory>>
const ada = { uid: 'ada', password: 'in the directory', id: 'u-1', mail: 'ada@corp.test', cn: 'Ada Lovelace' }
const carol = { uid: 'carol', password: 'also there', id: 'u-2', mail: 'Carol@example.test' }
beforeEach(async () => {
  t = await boot({ start: false, config: { trustedProxies: ['127.0.0.1/32'] } })
  directory = await openDirectory([
    { ...ada, groups: ['cn=ops,dc=corp'] },
    carol,
    { uid: 'nameless', password: 'x', id: 'u-3' },
  ])
})
afterEach(async () => {
  directory.stop()
  await t.stop()
})
const add = (rules: object = {}) =>
  addProvider(t, { slug: 'staff', kind: 'ldap', name: 'Staff', settings: directory.settings, ...rules })
const company = (rules: object = {}) => add({ tenant_id: t.tenants.acme.id, ...rules })
let asked = 0
const login = (email: string, password: string) =>
  t.nobody('POST', '/auth/login', { email, password }, { 'x-forwarded-for': `198.51.100.${++asked % 250}` })

describe('the form takes the name and password of a directory', () => {
  test('and makes a member of whoever is new, in the role of their group', async () => {
    await company({ group_roles: [{ group: 'ops', role: 'admin' }] })
    const { status, body } = await login(' ada ', ada.password)
    expect([status, body.role, body.tenant?.slug]).toEqual([200, 'admin', 'acme'])
    expect(body.user).toMatchObject({ name: 'Ada Lovelace', email: 'ada@corp.test', has_password: false })
    expect((await login('ada', ada.password)).body.user.id).toBe(body.user.id)
    expect(await t.app.db.read.select().from(identities)).toMatchObject([{ subject: 'u-1', user_id: body.user.id }])
  })

  test('where a wrong password, an unknown name and an empty password sound the same as without one', async () => {
    await company()
    const wrong = await login('ada', 'no')
    expect([wrong.status, wrong.body.code]).toEqual([401, 'UNAUTHORIZED'])
    expect((await login('nobody', ada.password)).body).toEqual(wrong.body)
    expect((await login('*', ada.password)).body).toEqual(wrong.body)
    expect((await login('ada', carol.password)).body).toEqual(wrong.body)
    expect(await t.app.db.read.select().from(users)).toHaveLength(Object.keys(t.people).length)
  })

  test('and leaves the passwords of this appliance as they are', async () => {
    await company()
    await t.givePassword('bob')
    expect((await login('bob@example.test', PASSWORD)).body.user.id).toBe(t.people.bob.id)
  })

  test('and opens an account with the same address only where it is trusted to', async () => {
    const { id } = await company()
    const refused = await login('carol', carol.password)
    expect([refused.status, refused.body.details]).toEqual([409, { problem: 'account_exists' }])
    const { ask } = await t.session('alice')
    await ask('PUT', `/admin/sign-in-providers/${id}`, { trust_email: true })
    const taken = await login('carol', carol.password)
    expect([taken.status, taken.body.user.id]).toEqual([200, t.people.carol.id])
  })

  test('and says why it lets somebody in nowhere', async () => {
    await add()
    const stranger = await login('ada', ada.password)
    expect([stranger.status, stranger.body.details]).toEqual([403, { problem: 'no_account' }])
    const nameless = await login('nameless', 'x')
    expect([nameless.status, nameless.body.details]).toEqual([403, { problem: 'email_missing' }])
  })

  test('while it answers; else that is said, and the second directory is asked all the same', async () => {
    await company({ slug: 'dead', settings: { ...directory.settings, url: 'ldap://127.0.0.1:1' } })
    const { status, body } = await login('ada', ada.password)
    expect([status, body.code]).toEqual([503, 'SERVICE_UNAVAILABLE'])
    expect(t.lines.join()).toContain('unreachable')
    expect(t.lines.join()).not.toContain(ada.password)
    await company()
    expect((await login('ada', ada.password)).status).toBe(200)
  })

  test('not of one that is switched off', async () => {
    await company({ enabled: false })
    expect((await login('ada', ada.password)).status).toBe(401)
  })

  test('as often as anybody may guess', async () => {
    await company()
    for (let i = 0; i < 5; i++) await login('ada', `no ${i}`)
    expect((await login('ada', ada.password)).status).toBe(429)
    await t.advance(60_000)
    expect((await login('ada', ada.password)).status).toBe(200)
  })
})
