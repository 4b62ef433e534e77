import { expect, test } from 'bun:test'
import { blocksOf, spansOf } from './markdown'
import { toldWord, tomorrowMorning } from './standing-words'

test('headings, lists, tables and paragraphs are told apart', () => {
  expect(blocksOf('## Causes\n\na\nb\n\n- one\n- [ ] two\n\n| x | y |\n|---|---|\n| 1 | 2\\|3 |')).toEqual([
    { kind: 'heading', level: 2, text: 'Causes' },
    { kind: 'text', text: 'a\nb' },
    { kind: 'list', items: ['one', '[ ] two'] },
    {
      kind: 'table',
      rows: [
        ['x', 'y'],
        ['1', '2|3'],
      ],
    },
  ])
})

test('HTML is text', () => {
  expect(blocksOf('<script>alert(1)</script>')).toEqual([{ kind: 'text', text: '<script>alert(1)</script>' }])
})

test('emphasis is told from text, and what is escaped stays as it was written', () => {
  expect(spansOf('a **b** `c_d` _e_ \\*f\\* snake_case_name')).toEqual([
    { kind: 'plain', text: 'a ' },
    { kind: 'strong', text: 'b' },
    { kind: 'plain', text: ' ' },
    { kind: 'code', text: 'c_d' },
    { kind: 'plain', text: ' ' },
    { kind: 'em', text: 'e' },
    { kind: 'plain', text: ' *f* snake_case_name' },
  ])
})

test('whoever is still to be called is not said to be left out', () => {
  expect(toldWord(true, 'Was told at 10:00')).toBe('Told')
  expect(toldWord(false, 'Will be called at 10:05')).toBe('Will be told')
  expect(toldWord(false, 'Was called; the message waits')).toBe('Being told')
  expect(toldWord(false, 'No step led to them')).toBe('Not told')
})

test('tomorrow morning is nine on the next day, also over the end of a month', () => {
  const late = Date.parse('2026-01-31T20:30:00Z')
  expect(tomorrowMorning(late, 'UTC')).toBe('2026-02-01T09:00:00.000Z')
  // It is February already in Kathmandu, and New York leaps ahead in the night to 8 March.
  expect(tomorrowMorning(late, 'Asia/Kathmandu')).toBe('2026-02-02T03:15:00.000Z')
  expect(tomorrowMorning(Date.parse('2026-03-07T20:00:00Z'), 'America/New_York')).toBe('2026-03-08T13:00:00.000Z')
})
