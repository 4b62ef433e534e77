import { describe, expect, test } from 'bun:test'
import { feedTypes, prefKinds } from '#contract/oncall'
import { isOn, matrixGroups, withWish } from './matrix'

describe('the matrix of preferences', () => {
  test('is on where nothing was ever set', () => {
    expect(isOn({}, 'incident_opened', 'feed')).toBe(true)
    expect(isOn({ incident_acked: { email: false } }, 'incident_acked', 'push')).toBe(true)
    expect(isOn({ incident_acked: { email: false } }, 'incident_acked', 'email')).toBe(false)
  })

  test('keeps what is off, and forgets what is on again', () => {
    const off = withWish({}, 'incident_acked', 'email', false)
    expect(off).toEqual({ incident_acked: { email: false } })
    const two = withWish(off, 'incident_acked', 'push', false)
    expect(two).toEqual({ incident_acked: { email: false, push: false } })
    expect(withWish(withWish(two, 'incident_acked', 'push', true), 'incident_acked', 'email', true)).toEqual({})
  })

  test('leaves other rows alone', () => {
    const before = { member_joined: { feed: false } }
    expect(withWish(before, 'incident_acked', 'email', false)).toEqual({
      ...before,
      incident_acked: { email: false },
    })
  })

  test('asks of what there is, once, and never for the inbox of a hand-off', () => {
    const rows = matrixGroups.flatMap(({ rows }) => rows)
    const known = new Set<string>([...feedTypes, 'oncall_handoff'])
    expect(rows.filter(({ type }) => !known.has(type))).toEqual([])
    expect(new Set(rows.map(({ type }) => type)).size).toBe(rows.length)
    expect(rows.filter(({ kinds }) => kinds.some((kind) => !prefKinds.includes(kind)))).toEqual([])
    expect(rows.find(({ type }) => type === 'oncall_handoff')?.kinds).not.toContain('feed')
  })
})
