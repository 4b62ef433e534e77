import { expect, test } from 'bun:test'
import { patternProblem } from '#probes/pattern'

test.each(['"status":\\s*"ok"', '(?i)^\\w+@\\w+$', '.{0,500}x', '', '\\pL+', `(${'a|'.repeat(200)}b)`])(
  'the pattern %s is fine',
  (source) => expect(patternProblem(source)).toBeUndefined(),
)

test.each(['(', '(?=a)', '(a)\\1', 'a{2,1}', '[z-a]', '\\'])('%s is no pattern', (source) => {
  expect(patternProblem(source)).toContain('is not a regular expression')
})

test.each(['(\\pL{10}){100}', '(a{30}){33}', '(\\pL{10}){100}'.repeat(4)])(
  '%s would take too long and is refused',
  (source) => expect(patternProblem(source)).toContain('is too large'),
)
