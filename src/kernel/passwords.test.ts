import { describe, expect, test } from 'bun:test'
import { checkPassword, hashPassword, weakness } from '#kernel/passwords'

const own = ['Alice Liddell', 'alice@example.test']

describe('a new password', () => {
  test.each([
    'correct horse battery',
    'a decent long secret',
    'tr0ub4dor&3 and more',
    'xK9#mQ2$vL',
    'Pferd Heftklammer richtig Batterie',
    '正しい馬の電池の留め金です',
  ])('%s is good enough', async (password) => expect(await weakness(password, own)).toBeUndefined())

  test.each([
    ['short', 'must have at least 10 characters'],
    ['x'.repeat(257), 'must have at most 256 characters'],
    ['aaaaaaaaaaaa', 'must not repeat the same few characters'],
    ['abcdeabcdeabcde', 'is too easy to guess'],
    ['Password1234', 'is among the first that attackers try'],
    ['qwertyuiop123', 'is among the first that attackers try'],
    ['dragonfly99', 'is too easy to guess'],
    ['Dragon12345', 'is too easy to guess'],
    ['1234567890123456', 'must not be a pattern'],
    ['01/01/2001 ', 'is too easy to guess'],
    ['xinex123456', 'is too easy to guess'],
    ['ALICE@example.test', 'must not be your own name or address'],
    ['alice@example.test12', 'is too easy to guess'],
    ['Alice Liddell', 'must not be your own name or address'],
    ['abcdefgh1abcdefgh1abcdefgh1', 'is too easy to guess'],
  ])('%s is refused: it %s', async (password, why) => expect(await weakness(password, own)).toStartWith(why))

  test('is judged without holding up everything else, however it is made', async () => {
    await weakness('xK9#mQ2$vL', own)
    const nasty = ['@4$5s!1|z2tT7+0oO()[]{}<>', 'aA@4', 'p@$sw0rd1!', '0123456789', 'qwertyuiop', '/\\|_-()<>{}[]']
    for (const unit of nasty)
      for (const start of [0, 1, 2]) {
        const password = unit.repeat(256).slice(start, start + 256)
        const begun = performance.now()
        await weakness(password, own)
        // A busy machine takes its share; whole seconds is what judging all 256 characters would take.
        expect([unit, performance.now() - begun < 250]).toEqual([unit, true])
      }
  })
})

describe('a stored password', () => {
  test('opens for itself alone, and what is no hash opens for nothing', async () => {
    const hash = await hashPassword('xK9#mQ2$vL')
    expect(await checkPassword('xK9#mQ2$vL', hash)).toBe(true)
    expect(await checkPassword('xK9#mQ2$vl', hash)).toBe(false)
    for (const broken of ['', 'x', '$argon2id$v=19$m=1', undefined, null])
      expect([broken, await checkPassword('xK9#mQ2$vL', broken)]).toEqual([broken, false])
  })
})
