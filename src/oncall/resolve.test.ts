import { describe, expect, test } from 'bun:test'
import type { ScheduleConfig } from '#contract/oncall'
import { nextChange, onCallAt, presentOnly, type Shift, shifts, standing, timeline } from '#oncall/resolve'
import { at, config, DAY, iso, layer, override } from '#oncall/resolve.fixtures'

const usersAt = (one: ScheduleConfig, moment: string | number) =>
  onCallAt(one, typeof moment === 'string' ? at(moment) : moment).map(({ user_id }) => user_id)
const told = (list: Shift[]) => list.map(({ user_id, from, to }) => `${user_id} ${iso(from)} ${iso(to)}`)

describe('hand-offs', () => {
  test('of a week are on the day that is named, and the first shift is short', () => {
    const one = config({ layers: [layer({ start_date: '2026-01-07', handoff_day: 1 })] })
    expect(told(shifts(one, at('2026-01-01T00:00:00Z'), at('2026-01-20T00:00:00Z')))).toEqual([
      'ana 2026-01-07T08:00:00.000Z 2026-01-12T08:00:00.000Z',
      'ben 2026-01-12T08:00:00.000Z 2026-01-19T08:00:00.000Z',
      'cleo 2026-01-19T08:00:00.000Z 2026-01-20T00:00:00.000Z',
    ])
  })

  test('of a month that began on the 31st are on the last day of shorter ones, and on the 31st again', () => {
    const monthly = layer({ rotation: 'monthly', start_date: '2027-12-31', handoff_time: '08:00' })
    const one = config({ timezone: 'UTC', layers: [monthly] })
    const days = shifts(one, at('2027-12-01T00:00:00Z'), at('2028-07-01T00:00:00Z')).map(({ from }) => iso(from))
    expect(days.map((day) => day.slice(0, 16))).toEqual([
      ...['2027-12-31T08:00', '2028-01-31T08:00', '2028-02-29T08:00', '2028-03-31T08:00'],
      ...['2028-04-30T08:00', '2028-05-31T08:00', '2028-06-30T08:00'],
    ])
  })

  test('are every 36 hours of the clock with a rotation of one’s own', () => {
    const one = config({ layers: [layer({ rotation: 'custom', length: 36, start_date: '2026-03-27' })] })
    expect(told(shifts(one, at('2026-03-27T08:00:00Z'), at('2026-03-30T07:00:00Z')))).toEqual([
      'ana 2026-03-27T08:00:00.000Z 2026-03-28T20:00:00.000Z',
      // The night in which an hour is skipped: 36 on the clock are 35.
      'ben 2026-03-28T20:00:00.000Z 2026-03-30T07:00:00.000Z',
    ])
  })

  test('end with the last day of a layer', () => {
    const one = config({ layers: [layer({ end_date: '2026-01-13' })] })
    expect(told(shifts(one, at('2026-01-12T00:00:00Z'), at('2026-02-01T00:00:00Z'))).at(-1)).toBe(
      'ben 2026-01-12T08:00:00.000Z 2026-01-13T23:00:00.000Z',
    )
  })
})

describe('layers', () => {
  const office = layer({
    ...{ id: 'office', name: 'Office', priority: 2, participants: ['dov'] },
    restrictions: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' }],
  })

  test('of a higher priority cover the lower while they have somebody', () => {
    const one = config({ layers: [layer(), office] })
    expect(told(shifts(one, at('2026-02-02T00:00:00Z'), at('2026-02-03T00:00:00Z')))).toEqual([
      'ana 2026-02-02T00:00:00.000Z 2026-02-02T08:00:00.000Z',
      'dov 2026-02-02T08:00:00.000Z 2026-02-02T16:00:00.000Z',
      'ben 2026-02-02T16:00:00.000Z 2026-02-03T00:00:00.000Z',
    ])
    expect(onCallAt(one, at('2026-02-02T10:00:00Z'))).toEqual([{ user_id: 'dov', layer_id: 'office', why: 'layer' }])
  })

  test('of the same priority are on call together, and nobody is there twice', () => {
    const one = config({ layers: [layer(), { ...office, priority: 1 }, layer({ id: 'two', name: 'Two' })] })
    expect(usersAt(one, '2026-02-02T10:00:00Z')).toEqual(['ben', 'dov'])
  })

  test('give several people one turn', () => {
    const one = config({ layers: [layer({ participants: [['ana', 'ben'], 'cleo'] })] })
    expect(usersAt(one, '2026-01-06T00:00:00Z')).toEqual(['ana', 'ben'])
    expect(usersAt(one, '2026-01-13T00:00:00Z')).toEqual(['cleo'])
  })

  test('that go over midnight belong to the day on which they begin', () => {
    const restrictions = [{ days: [7 as const], from: '22:00', to: '06:00' }]
    const one = config({ timezone: 'UTC', layers: [layer({ participants: ['ana'], restrictions })] })
    expect(told(shifts(one, at('2026-02-01T00:00:00Z'), at('2026-02-08T00:00:00Z')))).toEqual([
      'ana 2026-02-01T22:00:00.000Z 2026-02-02T06:00:00.000Z',
    ])
  })

  test('of people who have gone are taken over by lower ones, and the turns of others do not move', () => {
    const one = config({ layers: [layer(), layer({ id: 'high', priority: 2, participants: ['ben', 'dov'] })] })
    const without = presentOnly(one, (id) => id !== 'ben')
    const weeks = ['2026-01-06', '2026-01-13', '2026-01-20', '2026-01-27', '2026-02-03']
    expect(weeks.map((day) => usersAt(one, `${day}T00:00:00Z`).join())).toEqual(['ben', 'dov', 'ben', 'dov', 'ben'])
    expect(weeks.map((day) => usersAt(without, `${day}T00:00:00Z`).join())).toEqual(['ana', 'dov', 'cleo', 'dov', ''])
  })
})

describe('overrides', () => {
  const both = config({ timezone: 'UTC', layers: [layer({ participants: [['ana', 'ben']] })] })
  const replace = (replaces: string | null, user_id: string, id = 'o1') => override({ id, replaces, user_id })
  const remove = (replaces: string) => override({ id: 'o2', kind: 'remove', replaces })
  const add = (user_id: string) => override({ id: 'o3', kind: 'add', user_id })

  test.each([
    ['somebody stands in for one of two', [replace('ana', 'cleo')], 'ben,cleo'],
    ['somebody stands in for one who is not on call: nothing happens', [replace('dov', 'cleo')], 'ana,ben'],
    ['somebody stands in for everybody', [replace(null, 'cleo')], 'cleo'],
    ['one is removed', [remove('ana')], 'ben'],
    ['one who is not on call is removed: nothing happens', [remove('dov')], 'ana,ben'],
    ['one is added', [add('cleo')], 'ana,ben,cleo'],
    ['one who is on call is added: nobody is there twice', [add('ana')], 'ana,ben'],
    [
      'one stands in, and another would stand in for that one: it looks at the layers',
      [...[replace('ana', 'cleo'), replace('cleo', 'dov', 'o4')]],
      'ben,cleo',
    ],
    ['two change places', [replace('ana', 'ben'), replace('ben', 'ana', 'o4')], 'ana,ben'],
    ['one is removed and stood in for: somebody stands in', [remove('ana'), replace('ana', 'cleo')], 'ben,cleo'],
    ['one is removed who is also added: added counts', [remove('ana'), add('ana')], 'ana,ben'],
    ['one stands in for the other of two', [replace('ana', 'ben')], 'ben'],
    ['everybody is stood in for, and one is added', [replace(null, 'cleo'), add('dov')], 'cleo,dov'],
  ])('%s', (_, overrides, expected) => {
    const one = { ...both, overrides }
    expect(usersAt(one, '2026-02-02T10:00:00Z').join()).toBe(expected)
    expect(usersAt(one, '2026-02-02T11:59:59.999Z').join()).toBe(expected)
    for (const outside of ['2026-02-02T09:59:59.999Z', '2026-02-02T12:00:00Z'])
      expect(usersAt(one, outside).join()).toBe('ana,ben')
  })

  test('fill a time when nobody is on call by one who is added or takes everything, not by one who stands in', () => {
    const nobody = config({ layers: [] })
    const with_ = (one: ReturnType<typeof add>) => usersAt({ ...nobody, overrides: [one] }, '2026-02-02T10:00:00Z')
    expect([with_(add('ana')), with_(replace(null, 'ana')), with_(replace('ben', 'ana'))]).toEqual([
      ['ana'],
      ['ana'],
      [],
    ])
  })

  test('say which one it is', () => {
    expect(onCallAt({ ...both, overrides: [replace('ana', 'cleo')] }, at('2026-02-02T10:00:00Z'))).toEqual([
      { user_id: 'ben', layer_id: 'one', why: 'layer' },
      { user_id: 'cleo', layer_id: null, why: 'override', override_id: 'o1' },
    ])
  })

  test('count for nothing during a temporary schedule, which is exactly its shifts, perhaps nobody', () => {
    const [from, to] = ['2026-02-02T08:00:00.000Z', '2026-02-02T14:00:00.000Z']
    const shift = { user_id: 'eve', from: '2026-02-02T07:00:00.000Z', to: '2026-02-02T11:00:00.000Z' }
    const temporary = [{ id: 't', name: 'Fair', from, to, shifts: [shift] }]
    const one = { ...both, overrides: [add('cleo')], temporary }
    expect(told(shifts(one, at('2026-02-02T00:00:00Z'), at('2026-02-03T00:00:00Z')))).toEqual([
      'ana 2026-02-02T00:00:00.000Z 2026-02-02T08:00:00.000Z',
      'ben 2026-02-02T00:00:00.000Z 2026-02-02T08:00:00.000Z',
      'eve 2026-02-02T08:00:00.000Z 2026-02-02T11:00:00.000Z',
      'ana 2026-02-02T14:00:00.000Z 2026-02-03T00:00:00.000Z',
      'ben 2026-02-02T14:00:00.000Z 2026-02-03T00:00:00.000Z',
    ])
    expect(onCallAt(one, at('2026-02-02T10:00:00Z'))[0]?.why).toBe('temporary')
  })
})

describe('what comes and what was', () => {
  test('the next change is found, and none is found where there is none', () => {
    const one = config()
    expect(iso(nextChange(one, at('2026-01-20T00:00:00Z')) ?? 0)).toBe('2026-01-26T08:00:00.000Z')
    // At the change itself it is the one after.
    expect(iso(nextChange(one, at('2026-01-26T08:00:00Z')) ?? 0)).toBe('2026-02-02T08:00:00.000Z')
    expect(iso(nextChange(one, at('2026-01-26T07:59:59.999Z')) ?? 0)).toBe('2026-01-26T08:00:00.000Z')
    expect(nextChange(config({ layers: [] }), 0)).toBe(null)
    expect(nextChange(config({ layers: [layer({ participants: ['ana'] })] }), at('2026-02-01T00:00:00Z'))).toBe(null)
    // The same person by another layer is no change.
    const twice = [
      layer({ participants: ['ana'] }),
      layer({ id: 'b', priority: 2, participants: ['ana'], start_date: '2026-02-01' }),
    ]
    expect(nextChange(config({ layers: twice }), at('2026-01-10T00:00:00Z'))).toBe(null)
  })

  test('each one’s time is told until its end, through others who come and go', () => {
    const night = layer({
      ...{ id: 'night', participants: ['dov'] },
      restrictions: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '20:00', to: '08:00' }],
    })
    const { on, next } = standing(config({ timezone: 'UTC', layers: [layer(), night] }), at('2026-01-21T22:00:00Z'))
    expect(on.map(({ user_id, until }) => [user_id, until && iso(until)])).toEqual([
      ['cleo', '2026-01-26T09:00:00.000Z'],
      ['dov', '2026-01-22T08:00:00.000Z'],
    ])
    expect(next && [iso(next.at), next.on.map(({ user_id }) => user_id)]).toEqual([
      '2026-01-22T08:00:00.000Z',
      ['cleo'],
    ])
    expect(standing(config({ layers: [] }), 0)).toEqual({ on: [], next: null })
  })

  test('the past is as the schedule was then, whatever it says now', () => {
    const [changed, from, to] = [at('2026-01-20T12:00:00Z'), at('2026-01-05T08:00:00Z'), at('2026-02-02T08:00:00Z')]
    const now = config({ layers: [layer({ participants: ['eve', 'cleo'] })] })
    const list = timeline(
      [
        { config: now, from: changed, until: null },
        { config: config(), from: 0, until: changed },
      ],
      from,
      to,
    )
    expect(told(list)).toEqual([
      'ana 2026-01-05T08:00:00.000Z 2026-01-12T08:00:00.000Z',
      'ben 2026-01-12T08:00:00.000Z 2026-01-19T08:00:00.000Z',
      'cleo 2026-01-19T08:00:00.000Z 2026-01-20T12:00:00.000Z',
      'eve 2026-01-20T12:00:00.000Z 2026-01-26T08:00:00.000Z',
      'cleo 2026-01-26T08:00:00.000Z 2026-02-02T08:00:00.000Z',
    ])
    // A change that changes nothing leaves the shifts whole.
    const same = [0, 1, 2].map((day) => ({ config: config(), from: from + day * DAY, until: from + (day + 1) * DAY }))
    expect(told(timeline(same, from, to))).toEqual(['ana 2026-01-05T08:00:00.000Z 2026-01-08T08:00:00.000Z'])
  })
})
