import { expect, test } from 'bun:test'
import { isForServer, safeReturn } from '@/session'

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

test('what another program asked for is asked again of the server once somebody is signed in', () => {
  const asked = '/api/v1/oauth/authorize?client_id=a&state=b'
  expect([safeReturn(asked), isForServer(asked)]).toEqual([asked, true])
  for (const path of ['/overview', '/api/v1/auth/logout', '/consent?request=/api/v1/oauth/authorize?'])
    expect(isForServer(path)).toBe(false)
})
