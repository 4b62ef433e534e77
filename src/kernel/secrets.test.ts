import { expect, test } from 'bun:test'
import { mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MASK } from '#kernel/form'
import { keyFromFile, openSettings, openVault, sealSettings } from '#kernel/secrets'

const vault = openVault(Buffer.alloc(32, 7))

test('what was sealed opens in its own place and nowhere else', () => {
  const sealed = vault.seal('hunter2 ✓', 'monitors:1:password')
  expect(sealed).not.toContain('hunter2')
  expect(vault.open(sealed, 'monitors:1:password')).toBe('hunter2 ✓')
  expect(() => vault.open(sealed, 'monitors:2:password')).toThrow()
  expect(() => vault.open(`${sealed.slice(0, -3)}AAA`, 'monitors:1:password')).toThrow()
  expect(() => openVault(Buffer.alloc(32, 8)).open(sealed, 'monitors:1:password')).toThrow('another key')
})

test('the mask keeps a stored secret, an empty one removes it, a new one replaces it', () => {
  const context = 'c:1'
  const stored = sealSettings(vault, ['token'], { token: 'one', topic: 'ops' }, {}, context)
  expect(stored.token).not.toBe('one')
  const plain = (given: Record<string, unknown>) =>
    openSettings(vault, ['token'], sealSettings(vault, ['token'], given, stored, context), context)
  expect(plain({ topic: 'x', token: MASK })).toEqual({ topic: 'x', token: 'one' })
  expect(plain({ topic: 'x' })).toEqual({ topic: 'x', token: 'one' })
  expect(plain({ topic: 'x', token: 'two' })).toEqual({ topic: 'x', token: 'two' })
  expect(plain({ topic: 'x', token: '' })).toEqual({ topic: 'x' })
})

test('a value that only looks sealed is sealed like any other', () => {
  const fake = 'v1.deadbeef.AAAA.BBBB'
  const stored = sealSettings(vault, ['token'], { token: fake }, {}, 'c:1')
  expect(openSettings(vault, ['token'], stored, 'c:1').token).toBe(fake)
})

test('the key file is made once and readable by its owner alone', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'xinex-')), 'secrets.key')
  const key = keyFromFile(file)
  expect(keyFromFile(file)).toEqual(key)
  expect(statSync(file).mode & 0o777).toBe(0o600)
})
