import { expect, test } from 'bun:test'
import { advance, type Health, newHealth, shownStatus } from '#engine/advance'
import { recheckAfter } from '#engine/confirm'

const statuses = { '+': 'up', '~': 'degraded', '-': 'down', '?': 'unknown' } as const

/** Plays verdicts one second apart; answers 'o' where an incident opens, 'c' where it closes, else the new interval's letter. */
function play(verdicts: string, before: Health = newHealth(), alert_threshold = 3, recovery_threshold = 2) {
  let health = before
  const froms: number[] = []
  const flips = [...verdicts].map((verdict, second) => {
    const step = advance(health, statuses[verdict as keyof typeof statuses], second, {
      alert_threshold,
      recovery_threshold,
    })
    health = step.after
    if (!step.flip) return '.'
    froms.push(step.flip.from)
    if (step.flip.opens) return 'o'
    return step.flip.closes ? 'c' : step.flip.to[0]
  })
  return { flips: flips.join(''), health, froms }
}

test.each([
  ['healthy from the start', '+++++++', 'u......'],
  ['a blip is not an incident', '+--+--+', 'u......'],
  ['three failures in a row open one', '+---', 'u..o'],
  ['it opens once, not on every failure', '+------', 'u..o...'],
  ['one success does not close it', '+---+-', 'u..o..'],
  ['two successes in a row do', '+---++', 'u..o.c'],
  ['a monitor that never worked opens one too', '---', '..o'],
  ['slow is not down', '+~~~~~~', 'u..d...'],
  ['one slow answer is not yet degraded', '+~+~~+', 'u.....'],
  ['fast again needs its own proof', '~++', 'd.u'],
  ['a slow answer counts as a recovery', '+---+~', 'u..o.c'],
  ['down while degraded opens one', '~---', 'd..o'],
  ['one attempt that failed on our side changes nothing', '+?+', 'u..'],
  ['failures on our own side are unknown, never down', '+?????', 'u..u..'],
  ['unknown does not break a run of failures', '+-?-?-', 'u....o'],
  ['unknown does not count as a failure', '+-?-?', 'u....'],
])('%s', (_, verdicts, flips) => {
  expect(play(verdicts).flips).toBe(flips)
})

test('an outage is dated back to its first failure, and its end to the first good answer', () => {
  expect(play('++---++').froms).toEqual([0, 2, 5])
})

test('after a restart a monitor that was down and is still down opens nothing again', () => {
  const { flips, froms } = play('---', newHealth('down', 'unknown'))
  expect(flips).toBe('d..')
  expect(froms).toEqual([0])
})

test('after a restart one bad answer is no alarm, and the gap stays unknown until something is proved', () => {
  expect(play('-', newHealth('up', 'unknown')).flips).toBe('.')
  expect(play('-+', newHealth('up', 'unknown'))).toMatchObject({ flips: '.u', froms: [1] })
  expect(play('---', newHealth('up', 'unknown')).flips).toBe('..o')
})

test('the time in which we were blind stays unknown: what was good before does not make it good afterwards', () => {
  expect(play('+++????+')).toMatchObject({ flips: 'u....u.u', froms: [0, 3, 7] })
  expect(play('~~???~')).toMatchObject({ froms: [0, 2, 5] })
  expect(play('---???-')).toMatchObject({ froms: [0, 3, 6] })
})

test('a monitor that was down when we went blind recovers and closes its incident', () => {
  const { flips, health } = play('---???++')
  expect(flips).toBe('..o..u.c')
  expect(shownStatus(health)).toBe('up')
  expect(shownStatus(play('---???').health)).toBe('unknown')
})

const monitor = { alert_threshold: 2, recovery_threshold: 2, confirm_interval_s: 5, interval: 60 }
const after = (verdicts: string) => play(verdicts, newHealth(), 2, 2).health
test.each([
  ['a first failure is looked at again soon', '+-', { status: 'down', reason: 'refused' }, 5_000],
  ['a wrong answer even sooner', '+-', { status: 'down', reason: 'status' }, 1_000],
  ['a confirmed failure waits for its slot', '+--', { status: 'down', reason: 'refused' }, undefined],
  ['a first recovery is looked at again soon', '+--+', { status: 'up' }, 5_000],
  ['a healthy monitor keeps its slots', '++', { status: 'up' }, undefined],
  ['our own failure is tried once more', '+?', { status: 'unknown', reason: 'own_side' }, 1_000],
  ['but not for ever', '+??', { status: 'unknown', reason: 'own_side' }, undefined],
] as const)('%s', (_, verdicts, verdict, wait) => {
  expect(recheckAfter(after(verdicts), verdict, monitor)).toBe(wait)
})
