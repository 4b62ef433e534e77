import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { allows, refusalOf } from '#contract/permissions'
import { users } from '#db/schema/auth'
import { api_tokens } from '#db/schema/credentials'
import { passkeys, totp_secrets } from '#db/schema/mfa'
import { oauth_clients } from '#db/schema/oauth'
import { memberships, tenants } from '#db/schema/tenants'
import { type Ask, type Booted, boot } from './boot'
import { type Persona, personas } from './matrix-people'
import { fresh, hook, open, type Row, site, table } from './matrix-table'

let t: Booted
let address = 0
beforeAll(async () => {
  t = await boot({
    config: { registration: 'invite', trustedProxies: ['127.0.0.1/32'], publicUrl: 'http://localhost' },
  })
})
afterAll(async () => {
  await t.stop()
  hook.stop()
  site.stop()
})
/** What a question may have changed of who may do what. */
const restore = async () => {
  const roles = { alice: 'owner', dan: 'admin', carol: 'member', bob: 'viewer', mallory: 'owner' } as const
  await t.app.db.tx(async (tx) => {
    await tx.update(users).set({ deletes_at: null })
    await tx.delete(totp_secrets)
    await tx.delete(passkeys)
    // There are only so many at once.
    await tx.delete(oauth_clients)
    await tx.delete(api_tokens).where(eq(api_tokens.name, 'matrix'))
    await tx.update(tenants).set({ deletes_at: null, require_mfa: false })
    for (const [name, role] of Object.entries(roles)) {
      const { id } = t.people[name as keyof typeof roles]
      await tx.update(memberships).set({ role }).where(eq(memberships.user_id, id))
    }
  })
  t.app.credentials.forget()
}
afterEach(restore)

/** From an address of its own each time: limits would answer instead of the route. */
const from = () => {
  const n = ++address
  return { 'x-forwarded-for': `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}` }
}
/** What stands for a thing in a path; those of others call theirs otherwise. */
const NAMED = /:(?:id|token)\b/
const thingOf = (row: string) => table[row]?.of ?? (/ \/(.*?)\/:(?:id|token)/.exec(row)?.[1] || '')
const namesThing = (row: string) => NAMED.test(JSON.stringify([row, table[row]?.body]))

async function ask(who: Ask, row: string, id?: string) {
  const [method = '', path = ''] = row.split(' ')
  const thing = id ?? (namesThing(row) ? await fresh[thingOf(row)]?.(t) : '')
  if (thing === undefined) throw new Error(`Nothing makes a fresh thing for ${row}`)
  const body = table[row]?.body && JSON.parse(JSON.stringify(table[row]?.body).replaceAll(':id', thing))
  return who(method, path.replace(NAMED, thing).replace(':n', '1'), method === 'GET' ? undefined : body, from())
}

function expectedOf(row: string, want: Row, persona: Persona): number {
  const { credential, person } = persona
  const [, short = ''] = row.split(' ')
  const path = short.startsWith('/api/') ? short : `/api/v1${short}`
  if (refusalOf(credential, want.can, path) !== undefined) return 403
  if (want.in_person && credential.kind !== 'session') return 403
  if (want.proven && credential.bound) return 403
  if (person === 'mallory' && namesThing(row)) return 404
  const reaches = person === 'alice' || (want.mine === 'admins' && allows(credential.role, 'members:write'))
  if (want.mine && !reaches) return 404
  return typeof want.status === 'function' ? want.status(persona) : want.status
}

const routes = () => {
  const short = (path: string) => path.replace(/^\/api\/v1(?=\/)/, '').replace(/(.)\/$/, '$1')
  return t.appliance.routes.map(({ method, path }) => `${method} ${short(path)}`)
}

test('every route is in the tables, and the tables name no other', () => {
  expect(routes().sort()).toEqual([...Object.keys(table), ...Object.keys(open)].sort())
})

describe('who may do what', () => {
  test.each(Object.entries(table))('%s answers each credential as the permission table says', async (row, want) => {
    const nobody = await ask(t.nobody, row)
    expect([nobody.status, nobody.body?.code]).toEqual([401, 'UNAUTHORIZED'])
    for (const [name, persona] of Object.entries(personas)) {
      const { status, body } = await ask(await persona.arrive(t), row)
      const expected = expectedOf(row, want, persona)
      expect([name, row, status, expected === 403 ? body?.code : '', body?.error]).toEqual([
        ...[name, row, expected],
        ...[expected === 403 ? 'FORBIDDEN' : '', body?.error],
      ])
      await restore()
    }
  })

  test.each(Object.keys(open).filter((row) => open[row] === 'same'))('%s answers everybody alike', async (row) => {
    const [method = '', path = ''] = row.split(' ')
    // Of its own: what is reported to is counted by its name, whichever the way.
    const url = path.replace(/:\w+|\*/g, `x${Object.keys(open).indexOf(row)}`)
    const put = (who: Ask) => who(method, url, method === 'GET' ? undefined : {}, from())
    const { status } = await put(t.nobody)
    expect(status).toBeLessThan(500)
    for (const [name, { arrive }] of Object.entries(personas))
      expect([name, row, (await put(await arrive(t))).status]).toEqual([name, row, status])
  })

  const withId = Object.keys(table).filter((row) => NAMED.test(row) && table[row]?.can !== 'instance:admin')
  test.each(withId)('%s is 404 to another workspace, exactly as for an id that never existed', async (row) => {
    const mallory = async () => (await t.session('mallory')).ask
    const foreign = await ask(await mallory(), row)
    const invented = await ask(await mallory(), row, Bun.randomUUIDv7())
    const expected = table[row]?.can === 'prober:work' ? 403 : 404
    expect([foreign.status, foreign.body]).toEqual([expected, invented.body])
    expect(invented.status).toBe(expected)
  })

  test('a changed role counts at once', async () => {
    const forAdmins = Object.keys(table).filter((row) => table[row]?.can === 'members:write')
    expect(forAdmins.length).toBeGreaterThan(3)
    const become = async (role: 'admin' | 'member') => {
      await t.app.db.tx((tx) => tx.update(memberships).set({ role }).where(eq(memberships.user_id, t.people.carol.id)))
      t.app.credentials.forget()
    }
    for (const row of forAdmins) {
      const { ask: carol } = await t.session('carol')
      await become('admin')
      const { status } = await ask(carol, row)
      expect([row, status]).toEqual([row, expect.any(Number)])
      expect([row, status]).not.toEqual([row, 403])
      await become('member')
      expect([row, (await ask(carol, row)).status]).toEqual([row, 403])
    }
  })
})
