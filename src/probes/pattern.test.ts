import { expect, test } from 'bun:test'
import { Fault } from '#probes/fault'
import { finderOf, patternProblem } from '#probes/pattern'

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

test('a megabyte is searched while others wait only a moment; what takes longer is not known', () => {
  let seed = 1
  const letter = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return 'ab'[(seed >> 8) & 1]
  }
  const text = Array.from({ length: 1_000_000 }, letter).join('')
  const hard = finderOf('a[ab]{300}[cd]')
  for (let i = 0; i < 2; i++) {
    const started = performance.now()
    expect(() => hard(text)).toThrow(Fault)
    expect(performance.now() - started).toBeLessThan(2_000)
  }
  expect(hard(`${'a'.repeat(301)}c`)).toBe(true)
  expect(finderOf('a{3}b!')(`${text}aaab!`)).toBe(true)
  expect(finderOf('\\bok\\b')(text)).toBe(false)
  expect(finderOf('(?i)ÄPFEL|😀')('zwei äpfel')).toBe(true)
  expect(finderOf('😀$')('ja 😀')).toBe(true)
})
