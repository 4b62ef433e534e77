import { expect, test } from 'bun:test'
import { slugOf } from '#contract/slug'
import { ApiError, fieldsOf } from '@/api'
import { atField, bodyOf, draftOf, emptyComponent, emptyDraft, faultsAt, moved } from './draft'

test('the address follows the title in letters that every address can have', () => {
  expect(slugOf('  Über Größe & Café! ')).toBe('uber-gro-e-cafe')
  expect(slugOf('北京')).toBe('')
  expect(slugOf(`${'a'.repeat(47)} b`)).toBe('a'.repeat(47))
})

test('a page comes back from the form as it went in', () => {
  const component = { id: 'c1', name: 'API', group: null, description: 'Ours', monitor_ids: ['m1'] }
  const page = {
    id: 'p1',
    tenant_id: 't1',
    slug: 'acme',
    title: 'Acme',
    description: null,
    visibility: 'members' as const,
    theme: 'dark' as const,
    timezone: 'UTC',
    components: [{ ...component, show_uptime: true, show_response_time: false }],
    url: 'http://x/s/acme',
    created_at: '',
    updated_at: '',
  }
  const { id: _, tenant_id, url, created_at, updated_at, ...sent } = page
  expect(bodyOf(draftOf(page))).toEqual(sent)
})

test('without a slug the server is left to make one, and new components carry no id', () => {
  const body = bodyOf({ ...emptyDraft('UTC'), title: 'Acme', components: [emptyComponent('Core')] })
  expect(body.slug).toBeUndefined()
  expect(body.components[0]).not.toHaveProperty('key')
  expect(body.components[0]).toMatchObject({ group: 'Core', description: null })
})

test('a component moves by one place and stays at the ends', () => {
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c'])
  expect(moved(['a', 'b', 'c'], 2, 3)).toEqual(['a', 'b', 'c'])
  expect(moved(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c'])
})

test('a slug that is taken is said at the slug', () => {
  const taken = new ApiError(409, 'CONFLICT', 'Another status page has this slug', { field: 'slug' })
  expect(fieldsOf(atField(taken))).toEqual({ slug: 'Another status page has this slug' })
  const other = new ApiError(409, 'CONFLICT', 'Busy')
  expect(atField(other)).toBe(other)
})

test('each component gets its own wrong fields', () => {
  const errors = {
    'components.1.name': 'must not be empty',
    'components.10.name': 'x',
    'components.1.monitor_ids.0': 'y',
  }
  expect(faultsAt(errors, 1)).toEqual({ name: 'must not be empty', monitor_ids: 'y' })
})
