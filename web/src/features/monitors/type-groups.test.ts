import { expect, test } from 'bun:test'
import { probes } from '#probes/index'
import type { MonitorType } from '@/types'
import { groupsOf, traitsOf } from './type-groups'

const type = (name: string, title: string, summary: string): MonitorType => ({
  ...{ type: name, title, summary, docs: '', takes_url: false, schemes: [] },
  settings: { properties: {} },
})
const types = [
  type('manual', 'Manual', 'Says what people report.'),
  type('tcp', 'TCP port', 'A port accepts connections.'),
  type('http', 'HTTP', 'A web server answers.'),
  type('postgres', 'PostgreSQL', 'The server answers a query.'),
  type('teleport', 'Teleport', 'Something of a newer version.'),
]
const found = (wanted: string) =>
  groupsOf(types, wanted).map((group) => [group.title, ...group.types.map((one) => one.type)])

test('types stand in groups in the order people look for them, and a type nobody has grouped is not lost', () => {
  expect(found('')).toEqual([
    ['Web', 'http'],
    ['Network', 'tcp'],
    ['Databases and queues', 'postgres'],
    ['Composed', 'manual'],
    ['More', 'teleport'],
  ])
})

test('a group that is called so comes before a type that only mentions it', () => {
  const datagrams = type('udp', 'UDP port', 'A datagram is answered.')
  expect(groupsOf([...types, datagrams], 'data').map(({ title }) => title)).toEqual(['Databases and queues', 'Network'])
})

test('a type is found by its name, its sentence or its group, by several words in any order', () => {
  expect(found('answers SERVER')).toEqual([
    ['Web', 'http'],
    ['Databases and queues', 'postgres'],
  ])
  expect(found('databases')).toEqual([['Databases and queues', 'postgres']])
  expect(found('nothing like it')).toEqual([])
})

test('every type of this version has a place', () => {
  const known = probes.map((probe) => type(probe.type, probe.title, probe.summary))
  expect(groupsOf(known).find(({ title }) => title === 'More')?.types ?? []).toEqual([])
})

test('what is reported to us has no timeout and cannot be tried', () => {
  expect(traitsOf('http')).toMatchObject({ asks: true, trial: true })
  expect(traitsOf('push')).toMatchObject({ asks: false, interval: true, trial: false })
  expect(traitsOf('group')).toMatchObject({ asks: false, trial: false, check: true })
})
