import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type Booted, boot } from '../../../test/boot'
import { door, incidentsOf, telling } from './integrations.fixtures'
import { mapped, mappingFault, pathOf } from './mapping'

let t: Booted
let tell: ReturnType<typeof telling>
let id: string
let key: string
beforeAll(async () => {
  t = await boot()
  tell = telling(t)
})
afterAll(() => t.stop())
beforeEach(async () => {
  const made = await door(t, 'generic')
  id = made.id
  key = made.key
})
const send = (body: unknown, headers?: Record<string, string>) => tell(`/api/v1/events/${key}`, body, headers)
const map = (settings: object) => t.alice('PUT', `/integrations/${id}`, { settings })
const open = async () => (await incidentsOf(t, id)).filter(({ status }) => status !== 'resolved')

describe('an event of any program', () => {
  test('opens and closes an incident without any mapping, by the plain names', async () => {
    const event = {
      title: 'Backup failed',
      message: 'exit 3',
      severity: 'warning',
      source: 'nas',
      url: 'https://nas.test/',
    }
    const { status, body } = await send(event)
    expect([status, body.status, body.events[0].result]).toEqual([202, 'accepted', 'opened'])
    expect((await open())[0]).toMatchObject({
      ...{
        title: 'Backup failed',
        message: 'exit 3',
        severity: 'medium',
        source: 'nas',
        source_url: 'https://nas.test/',
      },
    })
    expect((await send(event)).body.events[0].result).toBe('repeated')
    const named = await tell(`/api/v1/integrations/generic/${key}`, event)
    expect(named.body.events[0].result).toBe('repeated')
    expect((await send({ ...event, status: 'acknowledged' })).body.events[0].result).toBe('acknowledged')
    expect((await send({ ...event, status: 'Resolved' })).body.events[0].result).toBe('closed')
    expect(await open()).toEqual([])
    expect((await send({ ...event, status: 'ok' })).body.events[0].result).toBe('nothing')
  })

  test('is mapped by paths and texts with places', async () => {
    await map({
      title: "{{ $.data['event type'] }} on {{ $.data.hosts[1].name }}",
      ...{ dedup_key: '$.data.id', status: '$.data.active', severity: '$.data.level' },
      ...{ severity_map: { '5': 'critical' }, close_values: ['false'] },
    })
    const data = { 'event type': 'Link down', hosts: [{}, { name: 'sw-2' }], id: 17, level: 5, active: true }
    await send({ data })
    expect((await open())[0]).toMatchObject({ title: 'Link down on sw-2', severity: 'critical' })
    await send({ data: { id: 17, active: false } })
    expect(await open()).toEqual([])
  })

  test('with a status nobody has listed begins something, unless it is to be ignored', async () => {
    await map({ ignore_values: ['pending'] })
    expect((await send({ title: 'A', status: 'pending' })).body.events[0].result).toBe('nothing')
    expect((await send({ title: 'A', status: 'WEIRD' })).body.events[0].result).toBe('opened')
  })

  test('may be a form, a form with a payload, or JSON that says it is a form', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await send('title=One+thing&severity=low', form)).status).toBe(202)
    expect((await send(`payload=${encodeURIComponent('{"title":"Two"}')}`, form)).status).toBe(202)
    expect((await send('{"title":"Three"}', form)).status).toBe(202)
    expect((await send('{"title":"Four"}', { 'content-type': 'text/plain' })).status).toBe(202)
    expect((await open()).map(({ title, severity }) => [title, severity])).toEqual([
      ...[
        ['One thing', 'low'],
        ['Two', 'high'],
        ['Three', 'high'],
        ['Four', 'high'],
      ],
    ])
  })

  test('in a list is taken although another one cannot be read', async () => {
    const { status, body } = await send([{ title: 'A' }, { nothing: 1 }, 'x', { title: 'B' }])
    expect([status, body.events.length, body.faults.length]).toEqual([202, 2, 2])
    expect((await open()).map(({ title }) => title)).toEqual(['A', 'B'])
    expect((await send([])).status).toBe(202)
  })

  test('that names nothing is 400 and says where it was looked for', async () => {
    const { status, body } = await send({ text: 'x' })
    expect([status, body.error]).toEqual([400, expect.stringContaining('nothing stands at $.title')])
    for (const wrong of ['', '{', '"x"', 'null', '7']) expect((await send(wrong)).status).toBe(400)
  })

  test('of any text is made readable, cut to what fits, and lost nowhere', async () => {
    const long = `${'x'.repeat(400)}🦊`
    await send(
      `{"title":"half \\ud83d\\u0000\\u202e a ${long}","dedup_key":"${'k'.repeat(5_000)}","url":"javascript:alert(1)"}`,
    )
    const [incident] = await open()
    expect(incident?.title.length).toBeLessThanOrEqual(200)
    expect(incident?.title).toMatch(/^half � {2,3}a x+…$/)
    expect(incident?.message).toContain('🦊')
    expect([incident?.source_url, incident?.title.isWellFormed()]).toEqual([null, true])
    expect((await send(`{"title":"other","dedup_key":"${'k'.repeat(5_000)}"}`)).body.events[0].result).toBe('changed')
    expect((await send(`{"title":"other","dedup_key":"${'k'.repeat(4_999)}l"}`)).body.events[0].result).toBe('opened')
  })

  test('with properties of every object there is reads only its own', async () => {
    await map({ title: '$.constructor.name', dedup_key: '$.__proto__.x' })
    expect((await send({ a: 1 })).status).toBe(400)
    expect((await send('{"__proto__":{"x":"key"},"constructor":{"name":"Mine"}}')).status).toBe(202)
    expect((await open())[0]?.title).toBe('Mine')
  })
})

describe('a mapping', () => {
  test.each([
    ['$', []],
    ['$.a.b', ['a', 'b']],
    ['$.a[0].b', ['a', 0, 'b']],
    [`$['a b']["c.d"]`, ['a b', 'c.d']],
    ['$.größe', ['größe']],
  ])('%s is a path', (text, path) => {
    expect(pathOf(text)).toEqual(path)
    expect(mappingFault(text)).toBeUndefined()
  })

  test.each([
    '$.',
    '$a',
    '$.a[',
    '$.a[-1]',
    '$.a b',
    '$..a',
    '$.a[*]',
    `$.a${'.b'.repeat(30)}`,
    '{{ a }}',
    '{{ $.a }} {{ }}{{ x }}',
  ])('%s is none', (text) => {
    expect(mappingFault(text)).toBeString()
  })

  test('leads to what stands there, and to nothing where nothing is', () => {
    const body = { a: [{ b: null }, { b: 0 }], t: 'x' }
    expect(
      ['$.a[1].b', '$.a[0].b', '$.a[9].b', '$.t.length', '$.a.length', '$.t'].map((path) => mapped(body, path)),
    ).toEqual([0, null, undefined, undefined, undefined, 'x'])
    expect(mapped(body, 'always')).toBe('always')
    expect(mapped(body, '{{ $.t }}/{{ $.no }}')).toBe('x/')
    expect(mapped(body, '{{ $.no }}/{{ $.a[0].b }}')).toBeUndefined()
  })

  test('of any length is judged, also of nothing but spaces', () => {
    const spaces = ' '.repeat(100_000)
    const long = [`$${'.a'.repeat(50_000)}`, `{{ $.a }}{{${spaces}}}`, `$${spaces}`]
    for (const text of [...long, '{{'.repeat(50_000), '{{ '.repeat(50_000), `{{${spaces}`])
      expect(mappingFault(text)).toBeString()
  })
})
