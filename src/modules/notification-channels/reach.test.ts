import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Booted, boot } from '../../../test/boot'

let t: Booted
const closing: (() => unknown)[] = []
afterEach(async () => {
  await t.stop()
  for (const close of closing.splice(0)) await close()
})

describe('scripts', () => {
  let scripts = ''
  const draft = { name: 'Siren', type: 'script', settings: { command: 'siren' } }
  beforeEach(() => {
    scripts = mkdtempSync(join(tmpdir(), 'xinex-scripts-'))
    closing.push(() => rmSync(scripts, { recursive: true, force: true }))
    writeFileSync(join(scripts, 'siren'), `#!/bin/sh\necho "$XINEX_TITLE" > '${scripts}/heard'\n`)
    chmodSync(join(scripts, 'siren'), 0o755)
  })

  test('an instance admin sets them up, and the program hears the test', async () => {
    t = await boot({ config: { scripts } })
    const { ask } = await t.session('alice')
    const made = await ask('POST', '/notification-channels', draft)
    expect(made.status).toBe(201)
    const { body } = await ask('POST', `/notification-channels/${made.body.id}/test`)
    expect(body).toMatchObject({ status: 'sent', answer: '0', error: null })
    expect(existsSync(join(scripts, 'heard'))).toBe(true)
    expect((await ask('PUT', `/notification-channels/${made.body.id}`, { name: 'Horn' })).status).toBe(200)
  })

  test('nobody else makes, changes or tries them: no owner of a workspace, no member, no token of an admin', async () => {
    t = await boot({ config: { scripts } })
    const admin = (await t.session('alice')).ask
    const { id } = (await admin('POST', '/notification-channels', draft)).body
    const dan = (await t.session('dan')).ask
    for (const ask of [t.carol, t.dan, dan, t.alice]) {
      const refused = [
        await ask('POST', '/notification-channels', draft),
        await ask('POST', '/notification-channels/test', { type: draft.type, settings: draft.settings }),
        await ask('PUT', `/notification-channels/${id}`, { settings: { command: 'other' } }),
        await ask('PUT', `/notification-channels/${id}`, {
          name: 'Mine',
          type: 'webhook',
          settings: { url: 'http://x' },
        }),
        await ask('POST', `/notification-channels/${id}/test`),
      ]
      expect(refused.map(({ status, body }) => [status, body.code])).toEqual(Array(5).fill([403, 'FORBIDDEN']))
    }
    const theirs = await t.mallory('POST', '/notification-channels', draft)
    expect(theirs.status).toBe(403)
    expect(existsSync(join(scripts, 'heard'))).toBe(false)
    // An ordinary channel does not become one by an edit.
    const hook = await t.carol('POST', '/notification-channels', {
      ...draft,
      type: 'webhook',
      settings: { url: 'http://x' },
    })
    const turned = await t.carol('PUT', `/notification-channels/${hook.body.id}`, {
      type: 'script',
      settings: draft.settings,
    })
    expect([hook.status, turned.status]).toEqual([201, 403])
    // Whoever may see channels sees it, and may take it away.
    expect((await t.bob('GET', `/notification-channels/${id}`)).body.label).toBe('siren')
  })

  test('without a folder they say that they are not enabled', async () => {
    t = await boot()
    const { ask } = await t.session('alice')
    const { body } = await ask('POST', '/notification-channels/test', { type: 'script', settings: draft.settings })
    expect(body).toMatchObject({ status: 'failed', error: expect.stringContaining('XINEX_SCRIPTS') })
  })
})

describe('buttons of Telegram', () => {
  let refuse = false
  const called: { path: string; json: Record<string, unknown> }[] = []
  const settings = { bot_token: '1:AbC', chat_id: '-100', interactive: true }
  function botServer() {
    called.length = 0
    refuse = false
    const server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      async fetch(request) {
        const path = new URL(request.url).pathname
        // Safe: the Bot API takes objects only.
        called.push({ path, json: (await request.json()) as Record<string, unknown> })
        if (refuse && path.endsWith('/setWebhook'))
          return Response.json({ ok: false, description: 'Bad Request: bad webhook' }, { status: 400 })
        return Response.json({ ok: true, result: { message_id: 7 } })
      },
    })
    closing.push(() => server.stop(true))
    return `http://127.0.0.1:${server.port}`
  }
  const hooks = () => called.filter(({ path }) => path === '/bot1:AbC/setWebhook').map(({ json }) => json)

  test('a bot is told where its buttons lead when it is saved, changed and tried', async () => {
    t = await boot({ config: { publicUrl: 'https://xinex.example.com' } })
    const server = botServer()
    const made = await t.alice('POST', '/notification-channels', {
      name: 'Ops',
      type: 'telegram',
      settings: { ...settings, server },
    })
    const { id } = made.body
    await t.alice('PUT', `/notification-channels/${id}`, { name: 'Ops 2' })
    const { body } = await t.alice('POST', `/notification-channels/${id}/test`)
    expect(body).toMatchObject({ status: 'sent', error: null })
    const told = {
      url: `https://xinex.example.com/api/v1/interactions/telegram/${id}`,
      secret_token: expect.stringMatching(/^[A-Za-z0-9_-]{1,256}$/),
      allowed_updates: ['callback_query'],
    }
    expect(hooks()).toEqual([told, told, told])
    await t.alice('POST', '/notification-channels', {
      ...{ name: 'Plain', type: 'telegram', settings: { ...settings, interactive: false, server } },
    })
    expect(hooks()).toHaveLength(3)
  })

  test('one that refuses is saved all the same, and a test says why its buttons do not act', async () => {
    t = await boot({ config: { publicUrl: 'https://xinex.example.com' } })
    const server = botServer()
    refuse = true
    const made = await t.alice('POST', '/notification-channels', {
      name: 'Ops',
      type: 'telegram',
      settings: { ...settings, server },
    })
    expect(made.status).toBe(201)
    const { body } = await t.alice('POST', `/notification-channels/${made.body.id}/test`)
    expect(body.status).toBe('failed')
    expect(body.error).toMatch(/buttons do not act: 127\.0\.0\.1:\d+ answered 400: Bad Request: bad webhook$/)
    expect(t.lines.join('\n')).not.toContain('AbC')
  })
})
