import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { type Booted, boot } from './boot'
import { built, missing } from './inventory'

type Described = { responses: object; requestBody?: { required: boolean; content: object } } | undefined

describe('the inventory', () => {
  let t: Booted
  let document: { paths: Record<string, Record<string, unknown>> }
  beforeAll(async () => {
    t = await boot({ start: false })
    document = (await t.nobody('GET', '/openapi.json')).body
  })
  afterAll(() => t.stop())

  const http = built.filter((row) => row !== 'GET /api/v1/ws')
  const [documented, undocumented] = [http, missing].map((rows) =>
    rows.map((row) => row.split(' ') as [string, string]),
  )

  test.each(documented ?? [])('%s %s is in the OpenAPI document', (method, path) => {
    expect(Object.keys(document.paths)).toContain(path)
    expect(document.paths[path]).toHaveProperty(method.toLowerCase())
  })

  test.each(undocumented ?? [])('%s %s is listed as missing because it is', (method, path) => {
    expect(document.paths[path] ?? {}).not.toHaveProperty(method.toLowerCase())
  })

  test('every row of the contract is on one of the two lists', () => {
    expect(new Set([...built, ...missing]).size).toBe(101)
  })

  test('redirects, forms and bodies that may be left out are described as what they are', () => {
    // Safe: the document is ours, and a wrong path fails the assertion.
    const operation = (method: string, path: string) => document.paths[`/api/v1${path}`]?.[method] as Described
    const to = (path: string) => Object.keys(operation('get', path)?.responses ?? {}).filter((s) => s.startsWith('3'))
    expect(['/oauth/authorize', '/auth/oauth/{provider}/callback', '/sso/login'].map(to)).toEqual([
      ['303'],
      ['303'],
      ['302'],
    ])
    expect(Object.keys(operation('post', '/oauth/token')?.requestBody?.content ?? {})).toEqual([
      'application/x-www-form-urlencoded',
    ])
    expect(operation('delete', '/me')?.requestBody?.required).toBe(false)
    expect(operation('put', '/me')?.requestBody?.required).toBe(true)
    expect(document.paths).toHaveProperty(['/.well-known/jwks.json'])
  })

  test('the document is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document))
    expect(errors ?? []).toEqual([])
    expect(valid).toBe(true)
  })
})
