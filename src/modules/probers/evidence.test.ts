import { expect, test } from 'bun:test'
import { evidenceOf } from './evidence'

const certificate = {
  ...{ subject: 'CN=a', issuer: 'CN=b', names: ['a'], serial: '1', fingerprint_sha256: 'ff' },
  ...{ valid_from: '2026-01-01T00:00:00.000Z', valid_to: '2027-01-01T00:00:00.000Z' },
}

test('what a check of ours finds is kept as it is', () => {
  const seen = {
    ...{ addresses: ['192.0.2.1'], address: '192.0.2.1', protocol: 'TLSv1.3', status: 200, body: '<b>' },
    ...{ headers: { server: 'x' }, redirects: [{ url: 'http://x/', status: 301 }], records: ['a'] },
    ...{ certificates: [certificate], certificate, certificate_error: 'expired', other_family: 'IPv6 works' },
    ...{ rows: 3, state: { health: 'healthy' } },
  }
  expect(evidenceOf(seen)).toEqual(seen)
  expect(evidenceOf(undefined)).toBeUndefined()
})

test.each([
  ['addresses', 'x'],
  ['address', {}],
  ['headers', 'x'],
  ['headers', { a: {} }],
  ['redirects', 5],
  ['redirects', [null]],
  ['records', [{ a: 1 }]],
  ['body', { toString: 1 }],
  ['status', { toString: 1 }],
  ['certificates', [{}]],
  ['certificates', [{ ...certificate, subject: { toString: 1 } }]],
  ['certificates', [{ ...certificate, valid_to: 'soon' }]],
  ['certificate', { ...certificate, valid_to: { toString: 1, valueOf: 1 } }],
])('%s that is something else is left out, and the rest stays', (name, value) => {
  expect(evidenceOf({ [name]: value, rows: 3 })).toEqual({ rows: 3 })
})

test('nobody sees a megabyte in one check', () => {
  expect(evidenceOf({ body: 'x'.repeat(70_000) })).toBeUndefined()
})
