import { describe, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { Type as t } from '@sinclair/typebox'
import { faultsOf, lineFault, strict } from '#kernel/faults'
import { MASK, oneOf, secret } from '#kernel/form'
import { openVault } from '#kernel/secrets'
import { completed, opened, sealed, shown } from '#kernel/settings'

const schema = t.Object({
  host: t.String({ minLength: 1 }),
  port: t.Integer({ minimum: 1, maximum: 65_535 }),
  mode: t.Optional(oneOf(['fast', 'slow'], { default: 'fast' })),
  password: t.Optional(secret({ title: 'Password', minLength: 3 })),
  rules: t.Optional(
    t.Array(
      t.Union([
        t.Object({ kind: t.Literal('text'), text: t.String({ maxLength: 5 }) }),
        t.Object({ kind: t.Literal('code'), code: t.Integer() }),
      ]),
    ),
  ),
})
const given = { host: 'db', port: 5432 }
const faults = (settings: object, kept = {}) => completed(schema, settings as Record<string, unknown>, kept).faults

describe('settings that a person sent', () => {
  test('get their defaults', () => expect(completed(schema, given, {}).plain).toEqual({ ...given, mode: 'fast' }))

  test.each([
    [{ ...given, port: 0 }, { 'settings.port': 'must be at least 1' }],
    [{ ...given, port: '1' }, { 'settings.port': 'must be a whole number' }],
    [{ port: 1 }, { 'settings.host': 'is required' }],
    [{ ...given, host: null }, { 'settings.host': 'is required' }],
    [{ ...given, mode: 'x' }, { 'settings.mode': 'must be one of fast, slow' }],
    [{ ...given, prot: 1 }, { 'settings.prot': 'is not a known field' }],
    [{ ...given, password: 'ab' }, { 'settings.password': 'must have at least 3 characters' }],
    [{ ...given, host: 'a\u0000' }, { 'settings.host': 'must not contain control characters' }],
    [
      { ...given, rules: [{ kind: 'text', text: 'toolong' }] },
      { 'settings.rules.0.text': 'must have at most 5 characters' },
    ],
    [{ ...given, rules: [{ kind: 'code', code: 1, x: 2 }] }, { 'settings.rules.0.x': 'is not a known field' }],
    [{ ...given, rules: [{ kind: 'what' }] }, { 'settings.rules.0': 'is not valid' }],
    [{ ...given, password: MASK }, { 'settings.password': 'must be entered: there is no stored value to keep' }],
  ])('%j: %j', (settings, expected) => expect(faults(settings)).toEqual(expected))

  test('keep a secret that is masked or left out, take a new one, drop an empty one', () => {
    const kept = { password: 'old-secret' }
    const password = (more: object) => completed(schema, { ...given, ...more }, kept).plain.password
    expect(password({})).toBe('old-secret')
    expect(password({ password: MASK })).toBe('old-secret')
    expect(password({ password: 'new' })).toBe('new')
    expect(password({ password: '' })).toBeUndefined()
    expect(password({ password: null })).toBeUndefined()
  })

  test('are refused when they are larger than anybody needs', () =>
    expect(faults({ ...given, host: 'x'.repeat(70_000) })).toEqual({ settings: 'must have at most 65536 characters' }))
})

test('secrets are sealed to their row, come back open, and are shown as a mask', () => {
  const vault = openVault(randomBytes(32))
  const place = { vault, schema, context: 'monitors:1' }
  const plain = { ...given, mode: 'fast', password: 'hunter22' }
  const stored = sealed(place, plain)
  expect(JSON.stringify(stored)).not.toContain('hunter22')
  expect(opened(place, stored)).toEqual(plain)
  expect(shown(schema, stored).password).toBe(MASK)
  expect(() => opened({ ...place, context: 'monitors:2' }, stored)).toThrow()
})

test('a schema is closed at every depth, once', () => {
  expect(faultsOf(t.Object({ a: t.Object({ b: t.Optional(t.String()) }) }), { a: { c: 1 } })).toEqual({
    'a.c': 'is not a known field',
  })
  expect(strict(schema)).toBe(strict(schema))
})

test.each([
  ['Shop', undefined],
  ['Überblick 日本 🚀', undefined],
  ["<b>O'Hara</b>; drop table", undefined],
  ['  ', 'must not be empty'],
  ['a\nb', 'must not contain control characters'],
  ['a\u202eb', 'must not contain control characters'],
  ['\ud800', 'must not contain control characters'],
])('the name %j: %p', (name, fault) => expect(lineFault(name)).toBe(fault))
