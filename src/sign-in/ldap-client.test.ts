import { expect, test } from 'bun:test'
import { createServer, type Socket } from 'node:net'
import { env, refusalOf } from '#sign-in/fixtures'
import { ldapWith } from '#sign-in/ldap'
import { BASE, SEARCHER } from '#sign-in/slapd.fixtures'

const people = `ou=people,${BASE}`
const base = {
  ...{ url: 'ldaps://directory.example.test', starttls: false, ...SEARCHER, base_dn: people, trust_addresses: true },
  ...{ user_filter: '(|(uid={name})(mail={name}))', id_attribute: 'entryUUID', mail_attribute: 'mail' },
  ...{ name_attribute: 'cn', groups_attribute: 'memberOf' },
}

/** A server that answers each connection with what the test says. */
async function listen(reply: () => Buffer | undefined | 'hang up') {
  let dials = 0
  const received: Buffer[] = []
  const server = createServer((socket) => {
    dials++
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk)
      const answer = reply()
      if (answer === 'hang up') socket.destroy()
      else if (answer) socket.write(answer)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const url = `ldap://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  return { url, received, dials: () => dials, stop: () => server.close() }
}
const signInAt = (url: string, more: object = {}) =>
  ldapWith({ timeout_ms: 300 }).signIn({
    settings: { ...base, url, ...more },
    name: 'ada',
    password: 'ada-secret',
    env,
  })

test('a directory that says nothing runs into the deadline', async () => {
  const server = await listen(() => undefined)
  for (const starttls of [false, true]) {
    const error = await refusalOf(signInAt(server.url, { starttls }))
    expect([error.reason, error.message]).toEqual([
      'unreachable',
      expect.stringContaining('did not answer within 0.3 s'),
    ])
  }
  server.stop()
})

// https://www.rfc-editor.org/rfc/rfc4511#section-4.14: ExtendedResponse with protocolError, to message 2
const NO_STARTTLS = Buffer.from('300c02010278070a01020400 0400'.replace(' ', ''), 'hex')

test('a directory without STARTTLS gets no password', async () => {
  const server = await listen(() => NO_STARTTLS)
  const error = await refusalOf(signInAt(server.url, { starttls: true }))
  expect([error.reason, error.message]).toEqual(['failed', expect.stringContaining('offers no STARTTLS')])
  expect(Buffer.concat(server.received).toString('latin1')).not.toContain('secret')
  server.stop()
})

test('a directory that hangs up is not dialled again behind our back', async () => {
  const server = await listen(() => 'hang up')
  const error = await refusalOf(signInAt(server.url, { starttls: true }))
  expect(error.reason).toBe('unreachable')
  expect(server.dials()).toBe(1)
  expect(Buffer.concat(server.received).toString('latin1')).not.toContain('secret')
  server.stop()
})

test('nobody there is told', async () => {
  const server = await listen(() => undefined)
  server.stop()
  expect((await refusalOf(signInAt(server.url))).reason).toBe('unreachable')
})

// https://www.rfc-editor.org/rfc/rfc4511#section-4: as much of BER as three answers need
const tlv = (tag: number, ...parts: Uint8Array[]) => {
  const body = Buffer.concat(parts)
  return Buffer.concat([Uint8Array.of(tag, body.length), body])
}
const text = (value: string) => tlv(4, Buffer.from(value))
const message = (id: number, operation: Buffer) => tlv(0x30, tlv(2, Uint8Array.of(id)), operation)
const success = (tag: number) => tlv(tag, tlv(10, Uint8Array.of(0)), text(''), text(''))
const entry = tlv(0x64, text('uid=ada'), tlv(0x30, tlv(0x30, text('entryUUID'), tlv(0x31, text('u-1')))))

test('a search that outlives its connection does not go on as somebody else on a new one', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    const first = sockets.push(socket) === 1
    let asked = 1
    socket.on('error', () => {})
    socket.on('data', () => {
      asked++
      if (first && asked === 3) return socket.write(Buffer.concat([message(3, entry), message(3, success(0x65))]))
      if (first) return socket.write(message(2, success(0x61)))
      // The password is right; by then the connection that searched is gone.
      return sockets[0]?.once('close', () => socket.write(message(2, success(0x61)))).end()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const url = `ldap://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const error = await refusalOf(signInAt(url, { group_filter: '(member={dn})' }))
  expect([error.reason, error.message]).toEqual(['unreachable', '127.0.0.1 closed the connection.'])
  expect(sockets).toHaveLength(2)
  server.close()
})
