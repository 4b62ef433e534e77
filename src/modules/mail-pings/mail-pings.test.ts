import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { createTransport } from 'nodemailer'
import type Mail from 'nodemailer/lib/mailer'
import {
  create,
  get,
  type Input,
  openSlug,
  pingBody,
  pings,
  renewPingKey,
  rotateSlug,
} from '#modules/heartbeats/service'
import { type Booted, boot } from '../../../test/boot'

const here = { host: '127.0.0.1', port: 0 }
let t: Booted
beforeAll(async () => {
  t = await boot({ config: { smtpListen: here } })
})
afterAll(() => t.stop())

const port = () => t.appliance.mailPort() ?? 0
async function heartbeat(more: Partial<Input> & { slug?: string } = {}) {
  const { row } = await create(t.ctx(), { name: 'Backup', ...more })
  const slug = openSlug(t.app, row)
  return {
    ...{ id: row.id, slug, address: `${slug}@pings.example.test` },
    status: async () => (await get(t.ctx(), row.id)).status,
    pings: async () => (await pings(t.ctx(), row.id, { page: 1, per_page: 100 })).items,
    body: async (n: number) => new TextDecoder().decode(await pingBody(t.ctx(), row.id, n)),
  }
}
/** Sends as any program would: the answer of the server, or its refusal as an error. */
async function send(mail: Mail.Options) {
  const transport = createTransport({ host: '127.0.0.1', port: port(), secure: false, ignoreTLS: true })
  try {
    return await transport.sendMail({ from: 'backup@nas.example.test', subject: 'Backup', text: 'done', ...mail })
  } finally {
    transport.close()
  }
}
const refused = (mail: Mail.Options) =>
  send(mail).then(
    () => 0,
    ({ responseCode }: { responseCode?: number }) => responseCode,
  )

describe('a mail to a heartbeat', () => {
  test('counts as a success, and is kept as text with who sent it', async () => {
    const { address, pings, body, status } = await heartbeat()
    const { response } = await send({ to: address, subject: 'Nächtliche Sicherung', text: '42 GB geschrieben ✓' })
    expect(response).toStartWith('250 ')
    expect(await status()).toBe('up')
    expect(await pings()).toMatchObject([
      ...[{ n: 1, kind: 'success', door: 'email', method: null, address: '127.0.0.1' }],
    ])
    expect((await pings())[0]?.agent).toBe('Email from backup@nas.example.test')
    const text = await body(1)
    expect(text).toContain('Subject: Nächtliche Sicherung')
    expect(text).toContain('From: backup@nas.example.test')
    expect(text).toContain('42 GB geschrieben ✓')
  })

  test('reaches it under any domain, and a UUID in capitals is the same', async () => {
    const { slug, pings } = await heartbeat()
    await send({ to: `${slug.toUpperCase()}@somewhere.else` })
    await send({ to: `${slug}@[127.0.0.1]` })
    expect(await pings()).toHaveLength(2)
  })

  test('reaches it by the key of the workspace and its name, in either order', async () => {
    const { key } = await renewPingKey(t.ctx())
    const { pings } = await heartbeat({ name: 'Nightly Dump' })
    await send({ to: `${key}+nightly-dump@x.test` })
    await send({ to: `nightly-dump+${key}@x.test` })
    expect(await pings()).toHaveLength(2)
    expect(await refused({ to: `${key}+no-such@x.test` })).toBe(550)
    expect(await refused({ to: `x${key}+nightly-dump@x.test` })).toBe(550)
    expect(await refused({ to: `${key}+nightly-dump+fail@x.test` })).toBe(550)
    await heartbeat({ name: 'Nightly Dump' })
    expect(await refused({ to: `${key}+nightly-dump@x.test` })).toBe(550)
  })

  test('means what its words say: in the subject, in the text, in the HTML', async () => {
    const rules = [
      { in: 'subject' as const, contains: '[FAIL]', means: 'fail' as const },
      { in: 'body' as const, contains: 'begins', means: 'start' as const },
      { in: 'body' as const, contains: '0 errors & done', means: 'success' as const },
    ]
    const { address, pings, status } = await heartbeat({ filter: { rules, otherwise: 'ignore' } })
    await send({ to: address, text: 'the job begins' })
    await send({ to: address, subject: 'hello', text: 'spam' })
    expect(await status()).toBe('new')
    await send({ to: address, text: undefined, html: '<table><tr><td><b>0 errors</b> &amp; done</td></tr></table>' })
    expect(await status()).toBe('up')
    await send({ to: address, text: 'plain', html: '<p>0 errors &amp; done</p>' })
    await send({ to: address, subject: '[FAIL] disk full', text: '0 errors & done' })
    expect(await status()).toBe('down')
    expect((await pings()).map(({ kind }) => kind)).toEqual(['fail', 'success', 'success', 'ignored', 'start'])
  })

  test('to several of them counts for each, and twice to the same counts once', async () => {
    const [one, two] = [await heartbeat(), await heartbeat()]
    await send({ to: [one.address, two.address, `${one.slug}@other.test`] })
    expect([await one.pings(), await two.pings()].map(({ length }) => length)).toEqual([1, 1])
  })

  test('is cut after 100 KB, and names what is attached', async () => {
    const { address, pings, body } = await heartbeat()
    const attachments = [{ filename: 'report\r\nX: y.pdf', content: 'x'.repeat(1_000) }]
    await send({ to: address, text: 'é'.repeat(200_000), attachments })
    const [ping] = await pings()
    expect(ping?.body_bytes).toBeGreaterThan(400_000)
    const text = await body(1)
    expect(Buffer.byteLength(text)).toBeGreaterThan(99_990)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(100_000)
    expect(text).not.toContain('\ufffd')
    expect(text).toMatch(/^Attachment: report.*\(1000 bytes\)$/m)
  })

  test('that is hostile is text like any other', async () => {
    const { address, pings } = await heartbeat()
    const deep = '<div>'.repeat(50_000)
    for (const html of [deep, '<'.repeat(400_000), '&'.repeat(400_000), '<script>alert(1)</script>'])
      await send({ to: address, text: undefined, html })
    await send({ to: address, raw: 'no header at all' })
    await send({ to: address, raw: `Content-Type: multipart/mixed; boundary=a\r\n\r\n${'--a\r\n'.repeat(5_000)}` })
    expect(await pings()).toHaveLength(6)
  })
})

describe('the mail door', () => {
  test('takes nothing for anybody else: no relay, no guessing', async () => {
    const { slug, id } = await heartbeat()
    for (const to of ['root@localhost', 'a@example.test', `${slug}x@x.test`, `${id}@x.test`, `+${slug}@x.test`])
      expect([to, await refused({ to })]).toEqual([to, 550])
    await rotateSlug(t.ctx(), id)
    expect(await refused({ to: `${slug}@x.test` })).toBe(550)
  })

  test('refuses more than 1 MB and keeps nothing of it', async () => {
    const { address, pings } = await heartbeat()
    expect(await refused({ to: address, text: 'x\n'.repeat(700_000) })).toBe(552)
    expect(await pings()).toEqual([])
  })

  test('offers neither sign-in nor an encryption it does not have', async () => {
    const [hello = '', ...others] = await talk(port(), ['EHLO x', 'AUTH PLAIN AGEAYg==', 'STARTTLS', 'VRFY root'])
    expect(hello).not.toMatch(/AUTH|STARTTLS/)
    expect(others.map((answer) => Number(answer.slice(0, 3)))).toEqual([500, 500, 252])
    const strict = createTransport({ host: '127.0.0.1', port: port(), requireTLS: true })
    expect(await strict.verify().catch(({ code }: { code: string }) => code)).toBe('ETLS')
    strict.close()
  })

  test('tells nobody any more what exists, after thirty wrong recipients', async () => {
    const other = await boot({ config: { smtpListen: here } })
    try {
      const { row } = await create(other.ctx(), { name: 'Backup' })
      const known = `${openSlug(other.app, row)}@x.test`
      const answers = await talk(other.appliance.mailPort() ?? 0, [
        'EHLO x',
        'MAIL FROM:<a@x.test>',
        ...Array.from({ length: 30 }, (_, i) => `RCPT TO:<guess-number-${i}@x.test>`),
        `RCPT TO:<${known}>`,
        'RCPT TO:<guess-number-99@x.test>',
      ])
      expect(answers.slice(2, 32).every((answer) => answer.startsWith('550'))).toBe(true)
      expect(answers.slice(32).map((answer) => answer.slice(0, 3))).toEqual(['450', '450'])
      await other.advance(120_000)
      expect(await talk(other.appliance.mailPort() ?? 0, ['EHLO x', 'MAIL FROM:<>', `RCPT TO:<${known}>`])).toEqual([
        ...[expect.stringMatching(/^250/), expect.stringMatching(/^250/), expect.stringMatching(/^250/)],
      ])
    } finally {
      await other.stop()
    }
  })

  test('hangs up on who stays for ten minutes, however busy they look', async () => {
    const other = await boot({ config: { smtpListen: here } })
    try {
      const socket = connect(other.appliance.mailPort() ?? 0, '127.0.0.1')
      const said: string[] = []
      const greeted = new Promise<void>((resolve) => socket.once('data', () => resolve()))
      socket.on('data', (chunk) => said.push(String(chunk)))
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
      await greeted
      await other.advance(600_000)
      await closed
      expect(said.join('')).toMatch(/^421 /m)
    } finally {
      await other.stop()
    }
  })

  test('is closed unless a setting opens it, and a port that is taken stops the start by name', async () => {
    const closed = await boot()
    expect(closed.appliance.mailPort()).toBeUndefined()
    await closed.stop()
    const wrong = boot({ config: { smtpListen: { host: '127.0.0.1', port: port() } } })
    await expect(wrong).rejects.toThrow('XINEX_SMTP_LISTEN')
  })
})

/** Says one line after the other, each when the one before was answered; the answers. */
async function talk(to: number, lines: string[]): Promise<string[]> {
  const socket = connect(to, '127.0.0.1')
  const answers: string[] = []
  let heard = ''
  let greeted = false
  const done = new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('close', () => resolve())
    socket.on('data', (chunk) => {
      heard += chunk
      if (!/(?:^|\n)\d{3} .*\r\n$/.test(heard) || answers.length === lines.length) return
      if (greeted) answers.push(heard)
      ;[heard, greeted] = ['', true]
      if (answers.length < lines.length) socket.write(`${lines[answers.length]}\r\n`)
      else socket.end('QUIT\r\n')
    })
  })
  await done
  return answers
}
