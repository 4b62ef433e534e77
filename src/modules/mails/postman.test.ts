import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mailServer } from '#channels/mail.fixtures'
import { mails } from '#db/schema/mails'
import { post } from '#modules/mails/service'
import { type Booted, boot } from '../../../test/boot'
import { withMail } from '../../../test/mailbox'
import { waitAfter } from './postman'

const reset = {
  kind: 'reset_password',
  name: 'Ada',
  url: 'https://up.example.test/reset-password?token=S3cr3t',
} as const
const changed = { kind: 'password_changed', name: 'Ada', at: '2026-05-01T12:00:00.000Z' } as const
const queued = (t: Booted) => t.app.db.read.select().from(mails)
const MINUTE = 60_000

test('the waits between attempts grow, and then stay an hour', () => {
  expect([1, 2, 3, 4, 5, 20].map(waitAfter)).toEqual([5_000, 30_000, 300_000, 3_600_000, 3_600_000, 3_600_000])
})

describe('a queued mail', () => {
  let box: Awaited<ReturnType<typeof withMail>>
  beforeEach(async () => {
    box = await withMail({ config: { mailFrom: 'Xinex <up@example.test>' } })
  })
  afterEach(() => box.stop())

  test('leaves after the transaction that queued it, as text and as HTML', async () => {
    const { t, letters } = box
    await t.app.db.tx((tx) => post(t.app, tx, 'ada@example.test', reset))
    const [letter, ...more] = await letters('ada@example.test')
    expect(more).toEqual([])
    expect(letter?.subject).toBe('Choose a new password')
    expect(letter?.from?.text).toBe('"Xinex" <up@example.test>')
    for (const body of [letter?.text, letter?.html]) expect(body).toContain(reset.url)
    expect(letter?.headers.get('auto-submitted')).toBe('auto-generated')
    expect(letter?.messageId).toMatch(/^<[0-9a-f-]{36}@example\.test>$/)
    expect(await queued(t)).toEqual([])
  })

  test('is not sent when that transaction fails', async () => {
    const { t, letters } = box
    const failing = t.app.db.tx(async (tx) => {
      await post(t.app, tx, 'ada@example.test', reset)
      throw new Error('no')
    })
    expect(failing).rejects.toThrow('no')
    await failing.catch(() => {})
    expect(await letters('ada@example.test')).toEqual([])
  })

  test('is sealed where it waits', async () => {
    const { t } = box
    await t.app.db.tx(async (tx) => {
      await post(t.app, tx, 'ada@example.test', reset)
      expect(JSON.stringify(await tx.select().from(mails))).not.toMatch(/S3cr3t|Ada/)
    })
  })

  test('of many all arrive', async () => {
    const { t, letters } = box
    await t.app.db.tx(async (tx) => {
      for (let n = 0; n < 11; n++) await post(t.app, tx, 'ada@example.test', { ...changed, name: `Ada ${n}` })
    })
    expect(await letters('ada@example.test')).toHaveLength(11)
  })
})

describe('a mail server that fails', () => {
  test('is asked again, later and later, until the day is over', async () => {
    const down = await mailServer({ refuse: { at: 'from', code: 451, message: 'try later' } })
    const t = await boot({ config: { smtpUrl: `smtp://127.0.0.1:${down.port}` } })
    await t.app.db.tx((tx) => post(t.app, tx, 'ada@example.test', changed))
    const attempts = async () => (await queued(t))[0]?.attempts
    await t.advance(0)
    expect(await attempts()).toBe(1)
    await t.advance(4_999)
    expect(await attempts()).toBe(1)
    await t.advance(1)
    expect(await attempts()).toBe(2)
    await t.advance(30_000)
    expect(await attempts()).toBe(3)
    await t.advance(5 * MINUTE)
    expect(await attempts()).toBe(4)
    await t.advance(60 * MINUTE)
    expect(await attempts()).toBe(5)
    t.clock.sleep(24 * 60 * MINUTE)
    await t.advance(1)
    expect(await queued(t)).toEqual([])
    expect(t.lines.join('\n')).toContain('dropped')
    await t.stop()
    down.close()
  })

  test('is not asked to deliver a link that is worth nothing any more', async () => {
    const down = await mailServer({ refuse: { at: 'from', code: 451, message: 'try later' } })
    const t = await boot({ config: { smtpUrl: `smtp://127.0.0.1:${down.port}` } })
    await t.app.db.tx((tx) => post(t.app, tx, 'ada@example.test', reset))
    await t.advance(59 * MINUTE)
    expect(await queued(t)).toHaveLength(1)
    await t.advance(60 * MINUTE)
    expect(await queued(t)).toEqual([])
    await t.stop()
    down.close()
  })

  test.each([
    ['the recipient', 'to'],
    ['the text', 'data'],
  ] as const)('for good about %s is not asked again; the log does not say what was in the mail', async (_, step) => {
    const refusing = await mailServer({ refuse: { at: step, code: 550, message: `no: ${reset.url}` } })
    const t = await boot({ config: { smtpUrl: `smtp://127.0.0.1:${refusing.port}` } })
    await t.app.db.tx((tx) => post(t.app, tx, 'ada@example.test', changed))
    await t.advance(0)
    expect(await queued(t)).toEqual([])
    expect(t.lines.join('\n')).toContain('550')
    if (step === 'data') expect(t.lines.join('\n')).not.toContain('S3cr3t')
    await t.stop()
    refusing.close()
  })

  test('at our own password is asked again: the operator can mend that', async () => {
    const strict = await mailServer({ user: 'u', password: 'right' })
    const t = await boot({ config: { smtpUrl: `smtp://u:wrong@127.0.0.1:${strict.port}` } })
    await t.app.db.tx((tx) => post(t.app, tx, 'ada@example.test', changed))
    await t.advance(0)
    expect(await queued(t)).toHaveLength(1)
    await t.stop()
    strict.close()
  })

  test('and a restart meanwhile lose nothing', async () => {
    const down = await mailServer({ refuse: { at: 'from', code: 451, message: 'try later' } })
    const first = await boot({ config: { smtpUrl: `smtp://127.0.0.1:${down.port}` } })
    await first.app.db.tx((tx) => post(first.app, tx, 'ada@example.test', changed))
    await first.advance(0)
    await first.appliance.stop()
    const up = await mailServer()
    const second = await boot({
      data: first.folder,
      now: first.clock.now() + 10_000,
      config: { smtpUrl: `smtp://127.0.0.1:${up.port}` },
    })
    await second.advance(0)
    expect(up.delivered.map(({ to }) => to)).toEqual([['ada@example.test']])
    await second.stop()
    down.close()
    up.close()
  })
  test('that is taken away leaves nothing waiting for it for ever', async () => {
    const down = await mailServer({ refuse: { at: 'from', code: 451, message: 'try later' } })
    const first = await boot({ config: { smtpUrl: `smtp://127.0.0.1:${down.port}` } })
    await first.app.db.tx((tx) => post(first.app, tx, 'ada@example.test', changed))
    await first.advance(0)
    await first.appliance.stop()
    down.close()
    const second = await boot({ data: first.folder, now: first.clock.now() })
    second.clock.sleep(22 * 60 * MINUTE)
    await second.advance(60 * MINUTE)
    expect(await queued(second)).toHaveLength(1)
    second.clock.sleep(60 * MINUTE)
    await second.advance(60 * MINUTE)
    expect(await queued(second)).toEqual([])
    await second.stop()
  })
})
