import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { audit_log } from '#db/schema/kernel'
import { passkeys, totp_secrets } from '#db/schema/mfa'
import { type Booted, boot, PASSWORD } from '../../test/boot'

describe('xinex admin, beside a running server', () => {
  let t: Booted
  beforeAll(async () => {
    t = await boot()
  })
  afterAll(() => t.stop())

  /** As an operator does it: another process, the same data folder. */
  async function xinex(action: string, options: string[] = [], input = '') {
    const command = [process.execPath, 'src/main.ts', 'admin', action, '--data', t.folder, ...options]
    const run = Bun.spawn(command, { stdin: new Blob([input]), stdout: 'pipe', stderr: 'pipe' })
    const [out, err] = await Promise.all([new Response(run.stdout).text(), new Response(run.stderr).text()])
    return { code: await run.exited, out, err }
  }
  const alice = ['--email', 'ALICE@example.test']
  const signIn = (password: string) => t.nobody('POST', '/auth/login', { email: 'alice@example.test', password })
  const events = async () => (await t.app.db.read.select().from(audit_log)).map(({ event }) => event)

  test('lists the users', async () => {
    const { code, out } = await xinex('list-users')
    expect(code).toBe(0)
    expect(out.split('\n')).toContain('alice@example.test\talice\tinstance admin')
    expect(out.split('\n')).toContain('bob@example.test\tbob')
  })

  test('gives a new password, from standard input, and ends the sessions', async () => {
    const { ask } = await t.session('alice')
    expect((await ask('GET', '/me')).status).toBe(200)
    expect((await xinex('reset-password', alice, 'short\n')).code).not.toBe(0)
    expect((await xinex('reset-password', alice, `${PASSWORD}\n`)).code).toBe(0)
    expect((await signIn(PASSWORD)).status).toBe(200)
    // Another process cannot empty this one's memory; it lasts five seconds.
    await t.advance(5_001)
    expect((await ask('GET', '/me')).status).toBe(401)
    expect(await events()).toContain('user.password_reset')
  })

  test('takes away second factors that nobody has any more', async () => {
    const at = '2026-05-01T12:00:00.000Z'
    const user_id = t.people.alice.id
    const key = { id: 'k', user_id, name: 'Lost', credential_id: 'x', public_key: Buffer.from('x'), counter: 0 }
    await t.app.db.tx(async (tx) => {
      await tx.insert(totp_secrets).values({ user_id, secret: 'x', confirmed_at: at, created_at: at })
      await tx.insert(passkeys).values({ ...key, transports: [], backed_up: false, created_at: at })
    })
    expect((await signIn(PASSWORD)).body).toMatchObject({ mfa_required: true })
    expect((await xinex('disable-mfa', alice)).code).toBe(0)
    expect((await signIn(PASSWORD)).body).toMatchObject({ user: { email: 'alice@example.test' } })
    expect(await t.app.db.read.$count(passkeys, eq(passkeys.user_id, user_id))).toBe(0)
    expect(await events()).toContain('user.mfa_reset')
  })

  test('makes somebody who runs the appliance', async () => {
    const { ask } = await t.session('carol')
    expect((await ask('GET', '/me')).body.instance_admin).toBe(false)
    expect((await xinex('make-admin', ['--email', 'carol@example.test'])).code).toBe(0)
    await t.advance(5_001)
    const { body } = await ask('GET', '/me')
    expect(body).toMatchObject({ instance_admin: true, permissions: expect.arrayContaining(['instance:admin']) })
    expect(await events()).toContain('user.promoted')
  })

  test('makes a token that works', async () => {
    const { out } = await xinex('token', [...alice, '--name', 'script'])
    expect((await t.bearer(out.trim())('GET', '/me')).body.email).toBe('alice@example.test')
  })

  test.each(['reset-password', 'disable-mfa', 'make-admin', 'token'])(
    '%s says when nobody has the address',
    async (action) => {
      const { code, err } = await xinex(action, [
        '--email',
        'x@example.test',
        '--name',
        'x',
        ...(action === 'reset-password' ? ['--password', PASSWORD] : []),
      ])
      expect(code).not.toBe(0)
      expect(err).toContain('No user has this e-mail address')
    },
  )
})
