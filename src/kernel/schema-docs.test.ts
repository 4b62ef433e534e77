import { expect, test } from 'bun:test'
import { Type as t } from '@sinclair/typebox'
import { oneOf, secret, ui } from '#kernel/form'
import { schemaTable } from '#kernel/schema-docs'

test('a table has one row for each setting, with what a person must know to fill it in', () => {
  const settings = t.Object({
    url: t.String({ title: 'URL', format: 'uri', description: 'Where to\nsend a | b.' }),
    port: t.Optional(t.Integer({ title: 'Port', minimum: 1, maximum: 65535, default: 25 })),
    wait: t.Optional(t.Integer({ title: 'Wait', minimum: 5, ...ui({ suffix: 's' }) })),
    mode: oneOf(['auto', 'off'], { title: 'Mode', default: 'auto' }),
    to: t.Array(t.String(), { title: 'To', minItems: 1, maxItems: 20 }),
    headers: t.Optional(t.Record(t.String(), t.String(), { title: 'Headers' })),
    rules: t.Array(t.Object({ path: t.String(), value: t.Union([t.String(), t.Null()]) }), { title: 'Rules' }),
    token: t.Optional(secret({ title: 'Token' })),
  })
  expect(schemaTable(settings)).toBe(
    [
      '| setting | title | type | default | required | description |',
      '| --- | --- | --- | --- | --- | --- |',
      '| `url` | URL | URL |  | yes | Where to send a \\| b. |',
      '| `port` | Port | integer, 1 to 65535 | `25` |  |  |',
      '| `wait` | Wait | integer, at least 5 s |  |  |  |',
      '| `mode` | Mode | `auto`, `off` | `"auto"` |  |  |',
      '| `to` | To | list of string, 1 to 20 |  | yes |  |',
      '| `headers` | Headers | names and values |  |  |  |',
      '| `rules` | Rules | list of object with `path` (string), `value` (string or null) |  | yes |  |',
      '| `token` | Token | secret |  |  |  |',
    ].join('\n'),
  )
})

test('a plugin without settings says so', () => {
  expect(schemaTable(t.Object({}))).toBe('No settings.')
})
