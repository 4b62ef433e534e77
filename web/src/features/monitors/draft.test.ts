import { expect, test } from 'bun:test'
import type { MonitorType } from '@/types'
import { absolute, bodyOf, emptyDraft, nameFrom, trialOf, withType } from './draft'

const type = (part: Partial<MonitorType>): MonitorType => ({
  type: 'http',
  title: 'HTTP',
  summary: '',
  docs: '',
  takes_url: true,
  schemes: ['http', 'https'],
  settings: { properties: { method: { type: 'string', default: 'GET' }, keyword: { type: 'string' } } },
  ...part,
})
const http = type({})
const host = { type: 'string' }
const tcp = type({ type: 'tcp', takes_url: false, settings: { properties: { host, port: { type: 'integer' } } } })
const ping = type({ type: 'icmp', takes_url: false, settings: { properties: { host } } })

test('a new monitor needs no more than a name and an address', () => {
  const body = bodyOf({ ...emptyDraft(http), name: ' Site ', url: 'example.com' }, http)
  expect(body).toMatchObject({ name: 'Site', type: 'http', url: 'https://example.com', settings: { method: 'GET' } })
  expect(body).not.toHaveProperty('timeout_ms')
  expect(body.runbook_url).toBeNull()
})

test('an emptied number is left to the server, an emptied limit is taken away', () => {
  const body = bodyOf({ ...emptyDraft(http), interval: null, degraded_ms: null }, http)
  expect(body).not.toHaveProperty('interval')
  expect(body.degraded_ms).toBeNull()
})

test('only types that take a URL send one', () => {
  expect(bodyOf({ ...emptyDraft(tcp), url: 'https://left.over' }, tcp)).not.toHaveProperty('url')
})

test('picking another type keeps the common fields and the host', () => {
  const draft = { ...emptyDraft(tcp), name: 'Router', tags: ['office'], settings: { host: '192.0.2.1', port: 22 } }
  const next = withType(draft, ping)
  expect(next).toMatchObject({ name: 'Router', tags: ['office'], settings: { host: '192.0.2.1' } })
  expect(next.settings).not.toHaveProperty('port')
})

test('a dry run of an existing monitor borrows its stored secrets', () => {
  expect(trialOf(emptyDraft(http), http, 'm1')).toMatchObject({ id: 'm1' })
  expect(trialOf(emptyDraft(http), http, undefined)).not.toHaveProperty('id')
})

test('an address without a scheme is completed, any other scheme is left for the server to judge', () => {
  expect(absolute('example.com/health')).toBe('https://example.com/health')
  expect(absolute('http://example.com')).toBe('http://example.com')
  expect(absolute('ftp://example.com')).toBe('ftp://example.com')
  expect(absolute('localhost:8080')).toBe('https://localhost:8080')
  expect(absolute('')).toBe('')
  expect(absolute('example.com/live', ['ws', 'wss'])).toBe('wss://example.com/live')
  expect(nameFrom('https://www.example.com/x?y')).toBe('www.example.com')
  expect(nameFrom('')).toBe('')
})
