import { expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { openVault } from '#kernel/secrets'
import { createLinks, type SignedAction } from '#kernel/signed-links'

const NOW = Date.parse('2026-05-01T12:00:00Z')
const vault = openVault(Buffer.alloc(32, 7))
const links = createLinks({ vault })
const told: SignedAction = {
  action: 'acknowledge',
  incident_id: Bun.randomUUIDv7(),
  by: { type: 'user', id: Bun.randomUUIDv7() },
}
const expires_at = '2026-05-08T12:00:00.000Z'

test('a link says what was signed, in 64 characters at most that need no escaping', () => {
  for (const action of ['acknowledge', 'resolve'] as const)
    for (const type of ['user', 'channel'] as const) {
      const said = { action, incident_id: Bun.randomUUIDv7(), by: { type, id: Bun.randomUUIDv7() } }
      const token = links.sign({ ...said, expires_at })
      expect(token).toMatch(/^[\w-]{40,64}$/)
      expect(links.read(token, NOW)).toEqual(said)
    }
})

test('a link ends with its last day', () => {
  const token = links.sign({ ...told, expires_at })
  expect(links.read(token, Date.parse('2026-05-08T23:59:59.999Z'))).toEqual(told)
  expect(links.read(token, Date.parse('2026-05-09T00:00:00Z'))).toBeUndefined()
})

test('no bit of a link can be changed', () => {
  const bytes = Buffer.from(links.sign({ ...told, expires_at }), 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    expect([bit, links.read(changed.toString('base64url'), NOW)]).toEqual([bit, undefined])
  }
})

test('there is one way to write a link: nothing shorter, longer, padded or in another alphabet', () => {
  const token = links.sign({ ...told, expires_at })
  const last = token.at(-1)!
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  for (const other of alphabet) if (other !== last) expect(links.read(token.slice(0, -1) + other, NOW)).toBeUndefined()
  for (const odd of [
    '',
    token.slice(0, -1),
    `${token}A`,
    `${token}=`,
    ` ${token.slice(1)}`,
    '\0'.repeat(63),
    'é'.repeat(63),
  ])
    expect(links.read(odd, NOW)).toBeUndefined()
  for (let i = 0; i < 1_000; i++) expect(links.read(randomBytes(47).toString('base64url'), NOW)).toBeUndefined()
})

test('a link of another appliance, or a signature made for another purpose, is none here', () => {
  const theirs = createLinks({ vault: openVault(Buffer.alloc(32, 8)) })
  expect(links.read(theirs.sign({ ...told, expires_at }), NOW)).toBeUndefined()
  const elsewhere = createLinks({ vault: { sign: (_, text) => vault.sign('session', text) } })
  expect(links.read(elsewhere.sign({ ...told, expires_at }), NOW)).toBeUndefined()
})

test('only what has a UUID can be named', () => {
  expect(() => links.sign({ ...told, incident_id: 'inc_1', expires_at })).toThrow('UUID')
})
