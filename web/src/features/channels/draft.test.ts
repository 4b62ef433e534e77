import { expect, test } from 'bun:test'
import type { ChannelType } from '@/types'
import { bodyOf, emptyDraft, trialOf, withType } from './draft'

const type = (name: string, title: string, properties: ChannelType['settings']['properties']): ChannelType => ({
  type: name,
  title,
  summary: '',
  docs: '',
  admins_only: false,
  settings: { properties },
})
const email = type('email', 'Email', { to: { type: 'array', items: { type: 'string' } } })
const ntfy = type('ntfy', 'ntfy', { topic: { type: 'string' }, priority: { type: 'string', default: 'auto' } })

test('a mail channel starts with the address of whoever makes it', () => {
  expect(emptyDraft(email, 'ada@example.com').settings).toEqual({ to: ['ada@example.com'] })
})

test('picking another provider brings its settings and keeps a name that was typed', () => {
  const draft = emptyDraft(email, 'ada@example.com')
  expect(withType(draft, email, ntfy, '')).toMatchObject({ name: 'ntfy', settings: { priority: 'auto' } })
  expect(withType({ ...draft, name: 'Night shift' }, email, ntfy, '').name).toBe('Night shift')
})

test('emptied fields are not sent, and a test is sent with the settings alone', () => {
  const draft = { ...emptyDraft(ntfy, ''), settings: { topic: '', priority: 'auto' } }
  expect(bodyOf(draft, ntfy).settings).toEqual({ priority: 'auto' })
  expect(trialOf(draft, ntfy, 'c1')).toEqual({ type: 'ntfy', settings: { priority: 'auto' }, id: 'c1' })
})

test('without a stand-in there is nothing to wait for', () => {
  const draft = { ...emptyDraft(ntfy, ''), fallback_after_s: 90 }
  expect(bodyOf(draft, ntfy)).toMatchObject({ fallback_id: null, fallback_after_s: null })
  expect(bodyOf({ ...draft, fallback_id: 'c2' }, ntfy)).toMatchObject({ fallback_id: 'c2', fallback_after_s: 90 })
})
