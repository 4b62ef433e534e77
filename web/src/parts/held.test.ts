import { expect, test } from 'bun:test'
import { heldWords } from './held'

test('a held incident names what it waits for', () => {
  expect(heldWords({ why: 'parent_down', name: 'Router' })).toBe('Held: Router is down')
  expect(heldWords({ why: 'asking_parent', name: 'Router' })).toBe('Held: Router is being checked first')
  expect(heldWords({ why: 'asking_again', name: 'Shop' })).toBe('Held: being checked once more')
})
