import { expect, test } from 'bun:test'
import { ApiError } from '@/api'
import { faultsOf } from './use-import'

test('what is wrong is said at the row of the whole list, not of the thousand that was sent', () => {
  const refusal = new ApiError(422, 'VALIDATION_ERROR', 'x', {
    fields: { 'items.17.settings.port': 'must be at most 65535', 'items.17.name': 'is required', dry_run: 'is odd' },
  })
  const { rows, rest, more } = faultsOf(refusal, 1000)
  expect([...rows]).toEqual([[1017, ['port must be at most 65535', 'name is required']]])
  expect(rest).toBe('dry_run: is odd')
  expect(more).toBe(false)
})

test('a server that cannot be reached blames no row', () => {
  const { rows, rest } = faultsOf(new ApiError(0, 'OFFLINE', 'The server cannot be reached.'), 0)
  expect(rows.size).toBe(0)
  expect(rest).toBe('The server cannot be reached.')
})
