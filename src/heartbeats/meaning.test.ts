import { expect, test } from 'bun:test'
import type { PingFilter, PingRule } from '#db/schema/heartbeats'
import { meaningOf } from './meaning'

const filterOf = (rules: PingRule[], more: Partial<PingFilter> = {}): PingFilter => ({
  ...{ post_only: false, rules, otherwise: 'ignore' as const },
  ...more,
})
const rule = (contains: string, means: PingRule['means'], where: PingRule['in'] = 'body') => ({
  ...{ in: where, contains, means },
})

test('without rules a ping means what its address says, whatever is in it', () => {
  const filter = filterOf([], { otherwise: 'fail' })
  expect(meaningOf(filter, 'success', { method: 'POST', body: 'FAILED' })).toBe('success')
  expect(meaningOf(filter, 'log', { body: 'FAILED', subject: 'FAILED' })).toBe('log')
})
test('a word in the body decides, and the worst word counts', () => {
  const filter = filterOf([
    rule('done', 'success'),
    rule('error', 'fail'),
    rule('begin', 'start'),
    rule('progress', 'log'),
  ])
  expect(meaningOf(filter, 'success', { body: 'all done' })).toBe('success')
  expect(meaningOf(filter, 'success', { body: 'done, with 1 error' })).toBe('fail')
  expect(meaningOf(filter, 'success', { body: 'begin … done' })).toBe('success')
  expect(meaningOf(filter, 'success', { body: 'progress, begin' })).toBe('start')
  expect(meaningOf(filter, 'success', { body: 'progress' })).toBe('log')
})
test('words are looked for as they are written', () => {
  expect(meaningOf(filterOf([rule('Error', 'fail')]), 'success', { body: 'error' })).toBe('ignored')
})
test('what no rule is about means what was chosen for it', () => {
  const rules = [rule('spam', 'ignore'), rule('done', 'success')]
  expect(meaningOf(filterOf(rules), 'success', { body: '' })).toBe('ignored')
  expect(meaningOf(filterOf(rules, { otherwise: 'fail' }), 'success', { body: 'hm' })).toBe('fail')
  expect(meaningOf(filterOf(rules, { otherwise: 'log' }), 'success', { body: 'spam' })).toBe('ignored')
})
test('rules about a subject are for mails only', () => {
  const filter = filterOf([rule('[OK]', 'success', 'subject'), rule('[FAIL]', 'fail', 'subject')])
  expect(meaningOf(filter, 'success', { method: 'GET', body: '' })).toBe('success')
  expect(meaningOf(filter, 'success', { body: '[OK]', subject: '[FAIL] backup' })).toBe('fail')
  expect(meaningOf(filter, 'success', { body: '[OK]', subject: 'hello' })).toBe('ignored')
})
test('what the address says is not turned by words', () => {
  const filter = filterOf([rule('error', 'fail')], { otherwise: 'ignore' })
  for (const kind of ['start', 'fail', 'log'] as const) expect(meaningOf(filter, kind, { body: 'error' })).toBe(kind)
})
test('where only POST counts, a link that somebody opens is nothing; a mail has no method', () => {
  const filter = filterOf([], { post_only: true })
  for (const method of ['GET', 'HEAD']) expect(meaningOf(filter, 'fail', { method, body: '' })).toBe('ignored')
  for (const method of ['POST', 'PUT']) expect(meaningOf(filter, 'success', { method, body: '' })).toBe('success')
  expect(meaningOf(filter, 'success', { body: '', subject: '' })).toBe('success')
})
