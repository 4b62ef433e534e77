import { expect, test } from 'bun:test'
import { safeReturn } from '@/session'

test('after signing in one comes back to the page one wanted', () => {
  expect(safeReturn('/incidents?status=open')).toBe('/incidents?status=open')
  expect(safeReturn(undefined)).toBe('/overview')
})

test('a crafted sign-in link cannot lead to another site', () => {
  for (const path of [
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/sign-in?x',
  ])
    expect(safeReturn(path)).toBe('/overview')
})
