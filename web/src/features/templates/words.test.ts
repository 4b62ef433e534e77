import { describe, expect, test } from 'bun:test'
import type { Template } from './queries'
import { differing, inserted, OWN, wordsFor } from './words'

const template = (channel_id: string | null, title: string): Template => ({
  ...{
    id: `${channel_id}`,
    event: 'incident.created',
    channel_id,
    channel_name: channel_id && 'Ops',
    title,
    body: 'b',
  },
  updated_at: '2026-05-01T12:00:00Z',
})

describe('the words of a message', () => {
  const both = [template(null, 'For all'), template('ops', 'For ops')]

  test('are those of the channel, else those for all, else Xinex’s own', () => {
    expect(wordsFor(both, 'incident.created', 'ops')).toMatchObject({ own: both[1], words: { title: 'For ops' } })
    expect(wordsFor(both, 'incident.created', 'mail')).toEqual({
      own: undefined,
      words: { title: 'For all', body: 'b' },
    })
    expect(wordsFor(both, 'incident.resolved', 'ops')).toEqual({ own: undefined, words: OWN })
    expect(wordsFor([template('ops', 'x')], 'incident.created', null)).toEqual({ own: undefined, words: OWN })
  })

  test('differ by as many channels as have their own', () => {
    expect(differing(both, 'incident.created')).toBe(1)
    expect(differing(both, 'incident.resolved')).toBe(0)
  })

  test('take a name where the cursor is, in place of what is marked', () => {
    expect(inserted('a  b', 'incident.title', 2)).toEqual({ text: 'a {{incident.title}} b', at: 20 })
    expect(inserted('abc', 'url', 1, 2)).toEqual({ text: 'a{{url}}c', at: 8 })
  })
})
