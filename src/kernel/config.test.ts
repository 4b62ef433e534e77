import { expect, test } from 'bun:test'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig, settings } from '#kernel/config'

test('an empty environment gives the defaults', () => {
  expect(readConfig({})).toMatchObject({
    data: './data',
    listen: { host: '127.0.0.1', port: 3000 },
    registration: 'closed',
    allowPrivate: true,
  })
})

test.each([
  ['XINEX_LISTEN', 'here', 'must be HOST:PORT'],
  ['XINEX_LISTEN', '127.0.0.1:99999', 'must be HOST:PORT'],
  ['XINEX_PUBLIC_URL', 'ftp://x', 'must be an http:// or https:// URL'],
  ['XINEX_REGISTRATION', 'sometimes', 'must be one of closed, invite, open'],
  ['XINEX_ALLOW_PRIVATE', 'maybe', 'must be true or false'],
  ['XINEX_DENY_ADDRESSES', '10.0.0.0/99', 'is not an address or network'],
  ['XINEX_ADMIN_PASSWORD', 'short', 'must have 10 to 256 characters'],
  ['XINEX_SMTP_URL', 'mail.example.test', 'must look like smtp://'],
  ['XINEX_HISTORY_DAYS', '0', 'must be 1 to 3650'],
  ['XINEX_LITSEN', 'x', 'is not a setting of Xinex'],
])('%s=%s stops the start and is named', (name, value, why) => {
  expect(() => readConfig({ [name]: value })).toThrow(name)
  expect(() => readConfig({ [name]: value })).toThrow(why)
})

test('a wrong secret is named but never shown', () => {
  const attempt = () => readConfig({ XINEX_ADMIN_PASSWORD: 'hunter2' })
  expect(attempt).toThrow('XINEX_ADMIN_PASSWORD')
  expect(attempt).not.toThrow('hunter2')
})

test('a secret may come from a file, but not from both', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'xinex-')), 'password')
  writeFileSync(file, 'a decent long secret\n')
  expect(readConfig({ XINEX_ADMIN_PASSWORD_FILE: file }).adminPassword).toBe('a decent long secret')
  expect(() => readConfig({ XINEX_ADMIN_PASSWORD_FILE: file, XINEX_ADMIN_PASSWORD: 'a decent long secret' })).toThrow(
    'not both',
  )
  expect(() => readConfig({ XINEX_ADMIN_PASSWORD_FILE: '/nowhere' })).toThrow('XINEX_ADMIN_PASSWORD_FILE')
})

test('what Kubernetes injects beside a service named xinex is left alone', () => {
  const injected = {
    XINEX_PORT: 'tcp://10.0.0.1:80',
    XINEX_SERVICE_HOST: '10.0.0.1',
    XINEX_PORT_80_TCP_ADDR: '10.0.0.1',
  }
  expect(readConfig(injected)).toEqual(readConfig({}))
})

test('IPv6 addresses listen in brackets', () => {
  expect(readConfig({ XINEX_LISTEN: '[::1]:8080' }).listen).toEqual({ host: '::1', port: 8080 })
})

test('every setting has a sentence for the docs', () => {
  for (const { doc } of Object.values(settings)) expect(doc).toMatch(/\.$/)
})
