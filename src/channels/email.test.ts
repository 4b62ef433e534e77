import { afterEach, expect, test } from 'bun:test'
import { createServer } from 'node:net'
import { authority } from '#channels/certificate.fixtures'
import { email, emailWith } from '#channels/email'
import { loopback, NOW, notice, refusalOf, send } from '#channels/fixtures'
import { mailServer } from '#channels/mail.fixtures'
import type { Net } from '#kernel/net'

const open: { close: () => unknown }[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})
const serve = async (options?: Parameters<typeof mailServer>[0]) => {
  const server = await mailServer(options)
  open.push(server)
  return server
}
const to = ['ops@example.com']
const own = (port: number) => ({
  to,
  host: 'hook.example.test',
  port,
  security: 'none' as const,
  from: 'Xinex <alerts@example.com>',
})
const appliance = { to, security: 'starttls' as const }

test('the mail has both forms, the link, and what mail programs need to thread it and not answer it', async () => {
  const server = await serve()
  const result = await send(email, own(server.port))
  expect(result).toEqual({ external_id: 'dlv_0001@example.com', answer: '250 OK: message queued' })
  const [{ mail, from, to: rcpt }] = server.delivered as [(typeof server.delivered)[0]]
  expect([from, rcpt]).toEqual(['alerts@example.com', to])
  expect(mail).toMatchObject({
    subject: 'API is down',
    messageId: '<dlv_0001@example.com>',
    references: '<incident-inc_1@example.com>',
    inReplyTo: '<incident-inc_1@example.com>',
    date: new Date(NOW),
  })
  expect(mail.from?.value).toEqual([{ name: 'Xinex', address: 'alerts@example.com' }])
  expect(mail.headers.get('priority')).toBe('high')
  expect(mail.headers.get('auto-submitted')).toBe('auto-generated')
  expect(mail.headers.get('x-xinex-delivery')).toBe('dlv_0001')
  expect(mail.text).toContain('HTTP 503 from https://api.example.com/health_check\nsince 12:00')
  expect(mail.text).toContain(notice.url)
  expect(mail.html).toContain(`href="${notice.url}"`)
})

test('without a server of its own the channel uses the one of the appliance', async () => {
  const server = await serve({ user: 'us@er', password: 'p:w/d' })
  const url = `smtp://us%40er:p%3Aw%2Fd@127.0.0.1:${server.port}`
  await send(email, appliance, { mail: { url, from: 'Xinex <xinex@example.org>' } })
  expect(server.delivered[0]).toMatchObject({ from: 'xinex@example.org', user: 'us@er', encrypted: false })
})

test('without any server the person is told, and the channel is disabled', async () => {
  const error = await refusalOf(send(email, appliance))
  expect(error.outcome).toBe('disable')
  expect(error.message).toContain('No mail server')
})

test.each(['starttls', 'tls'] as const)('%s encrypts and checks the certificate against the name', async (security) => {
  const server = await serve({ security, user: 'u', password: 'secret' })
  const settings = { ...own(server.port), security, user: 'u', password: 'secret' }
  await send(emailWith({ ca: authority }), settings)
  expect(server.delivered[0]).toMatchObject({ encrypted: true, user: 'u' })
  const stranger = await refusalOf(send(emailWith({ ca: authority }), { ...settings, host: 'other.example.test' }))
  expect([stranger.outcome, stranger.message]).toEqual([
    'retry',
    `other.example.test:${server.port} showed a certificate for another name.`,
  ])
  const untrusted = await refusalOf(send(email, settings))
  expect(untrusted.message).toContain('unknown authority')
  expect(server.delivered).toHaveLength(1)
})

test('STARTTLS that the server does not offer is never silently skipped', async () => {
  const server = await serve()
  const error = await refusalOf(send(email, { ...own(server.port), security: 'starttls' }))
  expect(error.message).toContain('offers no encryption')
  expect(server.delivered).toEqual([])
})

test.each([
  [{ at: 'from', code: 451, message: 'busy' }, 'retry'],
  [{ at: 'to', code: 450, message: 'greylisted' }, 'retry'],
  [{ at: 'data', code: 452, message: 'full' }, 'retry'],
  [{ at: 'from', code: 553, message: 'not your name' }, 'give-up'],
  [{ at: 'to', code: 550, message: 'no such user' }, 'give-up'],
  [{ at: 'data', code: 554, message: 'spam' }, 'give-up'],
  [{ at: 'from', code: 530, message: 'sign in first' }, 'disable'],
] as const)('a refusal %o means %s', async (refuse, outcome) => {
  const server = await serve({ refuse })
  const error = await refusalOf(send(email, own(server.port)))
  expect(error.outcome).toBe(outcome)
  expect(error.message).toBe(`hook.example.test:${server.port} answered ${refuse.code} ${refuse.message}`)
})

test('a wrong password disables the channel, and a server that repeats it does not bring it into the log', async () => {
  const server = await serve({ user: 'u', password: 'right' })
  const error = await refusalOf(send(email, { ...own(server.port), user: 'u', password: 'planted-s3cret' }))
  expect([error.outcome, error.message]).toEqual(['disable', `hook.example.test:${server.port} answered 535`])
})

test('a sign-in server that is down for now is tried again', async () => {
  const refuse = { at: 'auth', code: 454, message: 'try later' } as const
  const server = await serve({ user: 'u', password: 'p', refuse })
  const error = await refusalOf(send(email, { ...own(server.port), user: 'u', password: 'p' }))
  expect(error.outcome).toBe('retry')
})

test('one refused recipient does not stop the others, and the log says so', async () => {
  const server = await serve({ refuse: { at: 'to', only: 'gone@example.com', code: 550, message: 'no' } })
  const { answer } = await send(email, { ...own(server.port), to: ['gone@example.com', 'here@example.com'] })
  expect(answer).toBe('1 of 2 recipients refused · 250 OK: message queued')
  expect(server.delivered[0]!.to).toEqual(['here@example.com'])
})

test('a server that never greets runs into the deadline', async () => {
  const silent = createServer((socket) => open.push({ close: () => socket.destroy() }))
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done))
  open.push(silent)
  const address = silent.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const error = await refusalOf(send(emailWith({ timeout_ms: 80 }), own(port)))
  expect(error.outcome).toBe('retry')
})

test('a mail server at a blocked address disables the channel', async () => {
  const net: Net = {
    ...loopback,
    resolve: () => Promise.reject(Object.assign(new Error('no'), { code: 'ADDRESS_BLOCKED' })),
  }
  const error = await refusalOf(send(email, own(25), { net }))
  expect([error.outcome, error.message.includes('address policy')]).toEqual(['disable', true])
})

test('no title, event, id or incident can add a header or a recipient', async () => {
  const server = await serve()
  const evil = 'x\r\nBcc: evil@example.net\r\n\r\nbody\u2028Bcc: evil2@example.net'
  await send(email, own(server.port), {
    notice: { ...notice, title: evil, event: evil, delivery_id: evil, data: { incident_id: evil } },
  })
  const [{ mail, to: rcpt, raw }] = server.delivered as [(typeof server.delivered)[0]]
  expect(rcpt).toEqual(to)
  expect(mail.subject).toBe('x Bcc: evil@example.net body Bcc: evil2@example.net')
  expect(mail.bcc).toBeUndefined()
  expect(raw.split('\r\n\r\n')[0]).not.toMatch(/^bcc:/im)
})

test.each([
  'a@example.com\r\nBcc: evil@example.net',
  'a@example.com, b@example.com',
  'Name <a@example.com>',
  'a@example.com>',
  '"a b"@example.com',
  'nonsense',
])('%j is no recipient, and nothing is sent', async (address) => {
  const server = await serve()
  const settings = { ...own(server.port), to: [address] }
  expect(email.check?.(settings)).toHaveProperty(['settings.to.0'])
  expect((await refusalOf(send(email, settings))).outcome).toBe('disable')
  expect(server.delivered).toEqual([])
})

test('a server of its own needs a sender, which the user name can be', () => {
  const base = { to, host: 'smtp.example.com', security: 'tls' as const }
  expect(email.check?.(base)).toHaveProperty(['settings.from'])
  expect(email.check?.({ ...base, from: 'x <a@b.example>' })).toEqual({})
  expect(email.check?.({ ...base, user: 'a@b.example', password: 'p' })).toEqual({})
  expect(email.check?.({ ...base, from: 'a@b.example', password: 'p' })).toHaveProperty(['settings.user'])
  expect(email.check?.({ to, from: 'a@b.example' })).toHaveProperty(['settings.host'])
})
