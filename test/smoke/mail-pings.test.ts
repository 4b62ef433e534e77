import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { curlAs, EMAIL, freePort, type Installed, install, missing, PASSWORD, until } from './appliance'

describe.skipIf(missing.length > 0)('mails to heartbeats, taken in by the compiled program', () => {
  let xinex: Installed
  let api: ReturnType<typeof curlAs>
  let port: number
  beforeAll(async () => {
    port = await freePort()
    const env = { XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD, XINEX_SMTP_LISTEN: `127.0.0.1:${port}` }
    xinex = await install(env)
    await xinex.start()
    const { text } = await xinex.run('admin', 'token', '--data', xinex.data, '--email', EMAIL, '--name', 'mails')
    api = curlAs(xinex.base, text)
    await until('the mail door is open', 15_000, async () => xinex.output().includes('taking in mails'))
  }, 60_000)
  afterAll(async () => {
    await xinex?.stop()
  })

  async function send(to: string, mail: Buffer) {
    const file = join(xinex.folder, 'mail.eml')
    writeFileSync(file, mail)
    const args = [`smtp://127.0.0.1:${port}`, '--mail-from', 'nas@example.test', '--mail-rcpt', to, '-T', file]
    const child = Bun.spawn(['curl', '-sS', ...args], { stdout: 'ignore', stderr: 'pipe' })
    const stderr = await new Response(child.stderr).text()
    return { code: await child.exited, stderr }
  }

  test('curl reports by mail, in a character set of long ago', async () => {
    const { body: made } = await api('POST', '/heartbeats', { name: 'Backup' })
    const head = 'Subject: =?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=\r\nContent-Type: text/html; charset=Shift_JIS\r\n\r\n'
    const words = [Buffer.from('<p>'), Buffer.from([0x93, 0xfa, 0x96, 0x7b]), Buffer.from('</p>\r\n')]
    expect(await send(`${made.slug}@x.test`, Buffer.concat([Buffer.from(head), ...words]))).toEqual({
      code: 0,
      stderr: '',
    })
    expect((await api('GET', `/heartbeats/${made.id}`)).body.status).toBe('up')
    const answer = await fetch(`${xinex.base}/ping/${made.slug}`)
    expect(answer.status).toBe(200)
    const { items } = (await api('GET', `/heartbeats/${made.id}/pings`)).body
    expect(items.map(({ door }: { door: string }) => door)).toEqual(['healthchecks', 'email'])
    expect(items[1].body_bytes).toBe(Buffer.byteLength('Subject: 日本\n\n日本\n'))
  })

  test('curl hears that nothing is relayed', async () => {
    const { code, stderr } = await send('root@example.test', Buffer.from('Subject: x\r\n\r\ny\r\n'))
    expect(code).not.toBe(0)
    expect(stderr).toContain('550')
  })
})
