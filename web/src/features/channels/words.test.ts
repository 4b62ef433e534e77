import { expect, test } from 'bun:test'
import { eventWords } from './words'

test('what a channel is told reads in the order in which it happens', () => {
  expect(eventWords(['incident.resolved', 'incident.created'])).toBe('Incidents opened and resolved')
  expect(eventWords(['incident.resolved', 'incident.acknowledged', 'incident.created'])).toBe(
    'Incidents opened, acknowledged, and resolved',
  )
})

test('what is not about incidents stands behind it, or alone', () => {
  expect(eventWords(['on_call.changed', 'incident.created', 'incident.updated'])).toBe(
    'Incidents opened and grown; changes of who is on call',
  )
  expect(eventWords(['on_call.changed'])).toBe('Changes of who is on call')
})

test('a channel that is told one thing names only that', () => {
  expect(eventWords(['incident.created'])).toBe('Incidents opened')
})
