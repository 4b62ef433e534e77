import { expect, test } from 'bun:test'
import { channels } from '#channels/index'
import { MASK as serverMask } from '#kernel/form'
import { probes } from '#probes/index'
import { cleaned, defaultsOf, fieldsIn, isShown, type JsonSchema, MASK } from './schema'

const http = probes.find(({ type }) => type === 'http')
if (!http) throw new Error('no http probe')
// Safe: what the API serves is this object as JSON.
const schemaOf = (settings: object) => JSON.parse(JSON.stringify(settings)) as JsonSchema
const settings = schemaOf(http.settings)

test('a stored secret is recognised by the same mask as the server uses', () => {
  expect(MASK).toBe(serverMask)
})

test('a field that depends on another one appears with it', () => {
  const names = (values: Record<string, unknown>) => fieldsIn(settings, 'basic', values).map(([name]) => name)
  expect(names({ auth: 'basic' })).toContain('password')
  expect(names({ auth: 'bearer' })).not.toContain('password')
  expect(names({})).not.toContain('password')
})

test('a dependent field counts the default of the other one', () => {
  const property = settings.properties.max_redirects
  if (!property) throw new Error('no max_redirects')
  expect(isShown(settings, {}, property)).toBe(true)
  expect(isShown(settings, { follow_redirects: false }, property)).toBe(false)
})

test('what is hidden or empty is not sent, and an emptied secret is', () => {
  const sent = cleaned(settings, { auth: 'basic', username: '', password: '', token: 'left over', keyword: 'ok' })
  expect(sent).toEqual({ auth: 'basic', password: '', keyword: 'ok' })
})

test('every setting of every type has a title for its label', () => {
  const all = [...probes, ...channels].flatMap(({ type, settings }) =>
    Object.entries(schemaOf(settings).properties).map(([name, property]) => ({ where: `${type}.${name}`, property })),
  )
  expect(all.length).toBeGreaterThan(30)
  expect(all.filter(({ property }) => !property.title).map(({ where }) => where)).toEqual([])
})

test('a new object starts with the defaults of its type', () => {
  expect(defaultsOf(settings)).toMatchObject({ method: 'GET', accepted_status: '200-299', auth: 'none' })
})
