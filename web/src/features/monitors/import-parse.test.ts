import { expect, test } from 'bun:test'
import type { MonitorType } from '@/types'
import { cellsOf, parseImport } from './import-parse'

const type = (name: string, properties: MonitorType['settings']['properties'], takes_url = false): MonitorType => ({
  ...{ type: name, title: name, summary: '', docs: '', takes_url, schemes: takes_url ? ['http', 'https'] : [] },
  settings: { properties },
})
const types = [
  type('http', { keyword: { type: 'string' }, verify_tls: { type: 'boolean' }, headers: { type: 'object' } }, true),
  type('tcp', { host: { type: 'string' }, port: { type: 'integer' } }),
]

test('cells may hold separators, quotes and line ends; the separator is found by itself', () => {
  expect(cellsOf('a,b\r\n"x, ""y""\nz",2\r\n')).toEqual([
    ['a', 'b'],
    ['x, "y"\nz', '2'],
  ])
  expect(cellsOf('a;b\n1,5;2')).toEqual([
    ['a', 'b'],
    ['1,5', '2'],
  ])
  expect(cellsOf('a\tb\n\n1\t2')).toEqual([
    ['a', 'b'],
    ['1', '2'],
  ])
})

test('a table becomes monitors: numbers, lists and switches as such, the rest as settings of the type', () => {
  const text = `name,type,url,interval,tags,enabled,host,port,verify_tls,headers
Shop,,shop.example.com,30,web;eu,yes,,,no,"{""X-A"":""1""}"
Db,tcp,,,,,db.example.com,5432,,`
  expect(parseImport(text, types)).toEqual({
    rows: [
      {
        draft: {
          ...{ type: 'http', name: 'Shop', url: 'https://shop.example.com', interval: 30, tags: ['web', 'eu'] },
          ...{ enabled: true, settings: { verify_tls: false, headers: { 'X-A': '1' } } },
        },
      },
      { draft: { type: 'tcp', name: 'Db', settings: { host: 'db.example.com', port: 5432 } } },
    ],
  })
})

test('a column that the type does not know is said at its row, and an unknown type is left for the server to refuse', () => {
  const { rows } = parseImport('name,type,port\nShop,http,80\nOld,teleport,1', types)
  expect(rows?.[0]?.problem).toContain('“port”')
  expect(rows?.[1]).toEqual({ draft: { type: 'teleport', name: 'Old' } })
})

test('a list that was taken from the API can be given back', () => {
  const text = JSON.stringify({ items: [{ id: 'x', name: 'Shop', type: 'http', status: 'up', url: 'https://a.test' }] })
  expect(parseImport(text, types)).toEqual({ rows: [{ draft: { name: 'Shop', type: 'http', url: 'https://a.test' } }] })
})

test('what cannot be read says why', () => {
  expect(parseImport(' ', types).problem).toContain('nothing')
  expect(parseImport('[1,', types).problem).toContain('no JSON')
  expect(parseImport('{"a":1}', types).problem).toContain('items')
  expect(parseImport('[]', types).problem).toContain('no monitor')
  expect(parseImport('title\nShop', types).problem).toContain('name')
  expect(parseImport('[5]', types).rows?.[0]?.problem).toBe('This is no object')
})
