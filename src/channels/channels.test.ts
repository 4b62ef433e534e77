import { afterEach, describe, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import type { Channel, Notice } from '#channels/define'
import { type Line, type Mood, PLANTED, TITLE_TRICKS } from '#channels/driver.fixtures'
import { drivers } from '#channels/drivers.fixtures'
import { notice, refusalOf } from '#channels/fixtures'
import { channelOf, channels } from '#channels/index'
import { faultsOf } from '#kernel/faults'
import { MASK, masked, secretsOf } from '#kernel/form'

const open: Line[] = []
afterEach(() => {
  for (const line of open.splice(0)) line.close()
})

const told: Notice = { ...notice, kind: 'test', event: 'test', title: 'Xinex test', urgent: false }
const act = (kind: 'acknowledge' | 'resolve', label: string) => ({
  ...{ kind, label },
  url: `https://xinex.example.com/a/${kind}-1`,
  token: `${kind}-token`,
})
const actions = [act('acknowledge', 'Acknowledge'), act('resolve', 'Resolve')]
const kinds = ['down', 'acknowledged', 'updated', 'up', 'test'] as const

describe.each(drivers)('$type', (driver) => {
  const { open: connect, waits, never = {}, answer: answered = /^2/, host = 'hook.example.test' } = driver
  const line = async (mood: Mood) => {
    const connected = await connect(mood)
    open.push(connected)
    return connected
  }
  /** A promise that this transport has no way to break is skipped, with the reason in its name. */
  const promise = (name: string, mood: Mood | 'unreachable', run: () => Promise<void>) =>
    never[mood] ? test.skip(`${name} (${never[mood]})`, run) : test(name, run)

  test('a test notice arrives', async () => {
    const { send, arrived } = await line('accepts')
    expect((await send(told)).answer).toMatch(answered)
    expect(arrived().titles).toHaveLength(1)
    expect(arrived().all).toContain(driver.words ?? 'Xinex test')
  })

  test.each(kinds)('news of the kind “%s” are taken, once each', async (kind) => {
    const { send, arrived } = await line('accepts')
    const subject = 'inc_1'
    for (const severity of ['critical', 'high', 'medium', 'low'] as const)
      await send({ ...notice, kind, severity, urgent: severity === 'critical', subject })
    expect(arrived().titles).toHaveLength(4)
  })

  for (const mood of ['busy', 'busy-until'] as const)
    promise(`a provider that is ${mood} is tried again when it says so`, mood, async () => {
      const error = await refusalOf((await line(mood)).send(told))
      expect([error.outcome, error.retry_after_s]).toEqual(['retry', waits ? 30 : undefined])
    })

  if (driver.said !== undefined)
    test('a wait in the provider’s own words is honoured', async () => {
      const error = await refusalOf((await line('busy-said')).send(told))
      expect([error.outcome, error.retry_after_s]).toEqual(['retry', 30])
    })

  for (const [mood, outcome] of [
    ['unauthorized', 'disable'],
    ['broken', 'retry'],
    ['redirects', 'give-up'],
  ] as const)
    promise(`a provider that answers “${mood}” means ${outcome}`, mood, async () => {
      const { send } = await line(mood)
      expect((await refusalOf(send(told))).outcome).toBe(outcome)
    })

  promise('a silent provider runs into the deadline and is tried again', 'silent', async () => {
    const { send } = await line('silent')
    expect((await refusalOf(send(told, 60))).outcome).toBe('retry')
  })

  for (const mood of ['echoes', 'busy', 'unauthorized', 'broken', 'redirects'] as const)
    promise(`when the provider answers “${mood}” no key gets into the sentence`, mood, async () => {
      const { send } = await line(mood)
      const { message } = await refusalOf(send(told))
      expect(message).toContain(host)
      expect(message).not.toContain(PLANTED.slice(0, 12))
    })

  promise('a provider that accepts and repeats all it heard gets no key into the log', 'echoes-gladly', async () => {
    const { send } = await line('echoes-gladly')
    const { answer } = await send(told)
    expect(answer).toMatch(answered)
    expect(answer).not.toContain(PLANTED.slice(0, 12))
  })

  promise('a provider that cannot be reached is tried again', 'unreachable', async () => {
    const { send, close } = await line('accepts')
    close()
    const error = await refusalOf(send(told))
    expect([error.outcome, error.message.includes(PLANTED)]).toEqual(['retry', false])
  })

  if (driver.tricks !== undefined)
    test('markup in a title is shown, not obeyed', async () => {
      const { send, arrived } = await line('accepts')
      await send({ ...told, kind: 'down', title: TITLE_TRICKS })
      expect(arrived().titles).toEqual([driver.tricks!])
    })

  if (driver.body_tricks !== undefined)
    test('markup in the text is shown, not obeyed', async () => {
      const { send, arrived } = await line('accepts')
      await send({ ...told, kind: 'down', body: TITLE_TRICKS })
      expect(arrived().bodies).toEqual([driver.body_tricks!])
    })

  test.each(['<&*🔥é', '"\\', '*_[x](y)`~', '\u0001\ud83d'])('words without end are cut: %j', async (words) => {
    const { send, arrived } = await line('accepts')
    await send({ ...notice, title: words.repeat(1_500), body: `${words}\n`.repeat(40_000), actions })
    const { titles, bodies, bytes } = arrived()
    expect(titles).toHaveLength(1)
    const size = driver.measure === 'bytes' ? Buffer.byteLength : (text: string) => text.length
    const parts = [
      [driver.limit, titles[0]!],
      [driver.body_limit, bodies[0]!],
    ] as const
    for (const [limit, part] of parts) {
      if (limit === undefined) continue
      expect(part).toContain('…')
      expect(part).toBe(part.toWellFormed())
      expect(size(part)).toBeLessThanOrEqual(limit)
      expect(size(part)).toBeGreaterThan(limit / 3)
    }
    if (driver.max_bytes) expect(bytes[0]!).toBeLessThanOrEqual(driver.max_bytes)
  })

  if (driver.acts)
    test('what a person can do is in the message', async () => {
      const { send, arrived } = await line('accepts')
      await send({ ...notice, actions })
      for (const { label, url } of actions) {
        expect(arrived().all).toContain(label)
        expect(arrived().all).toContain(url)
      }
    })

  test('words that no protocol likes arrive all the same', async () => {
    const { send, arrived } = await line('accepts')
    await send({ ...told, title: '', body: '' })
    await send({ ...told, title: '\0\r\n\ud800 x', body: '\0\r\n', url: '' })
    expect(arrived().titles).toHaveLength(2)
  })

  test('its settings are valid, and can be labelled and checked while the keys are masked', () => {
    const channel = channelOf(driver.type)!
    const { settings, label, check } = channel
    expect(faultsOf(settings, driver.settings)).toEqual({})
    expect(check?.(driver.settings) ?? {}).toEqual({})
    expect(label(driver.settings)).not.toContain(PLANTED.slice(0, 12))
    const keys = secretsOf(settings)
    const shown = masked(settings, { ...Object.fromEntries(keys.map((name) => [name, PLANTED])), ...driver.settings })
    for (const name of keys) expect([name, shown[name]]).toEqual([name, MASK])
    expect(label(shown)).not.toContain(MASK)
    expect(label(shown)).not.toBe('')
  })

  test('it can be checked while its own keys are masked', () => {
    const { settings, check } = channelOf(driver.type)!
    expect(check?.(masked(settings, driver.settings)) ?? {}).toEqual({})
  })
})

// Safe: what these tests read of a channel does not depend on its settings.
const all = channels as unknown as Channel[]
const sorted = (types: { type: string }[]) => types.map(({ type }) => type).sort()

test('the index lists every channel in the folder, and the shared promises are asked of each', async () => {
  const files = readdirSync(import.meta.dir).filter((name) => /^[a-z0-9_-]+\.ts$/.test(name) && name !== 'index.ts')
  const modules: Record<string, unknown>[] = await Promise.all(files.map((name) => import(`./${name}`)))
  const found: unknown[] = modules
    .flatMap((module) => Object.values(module))
    .filter((value) => typeof value === 'object' && value !== null && 'send' in value && 'settings' in value)
  expect(new Set(found)).toEqual(new Set<unknown>(all))
  // What the engine makes by itself (a device of somebody) has tests of its own.
  expect(sorted(drivers)).toEqual(sorted(all.filter(({ hidden }) => !hidden)))
  for (const channel of all) expect(channelOf(channel.type)).toBe(channel)
  expect(channelOf('constructor')).toBeUndefined()
})

test.each(all)('$type explains every field on one line', ({ settings, summary, docs }) => {
  expect(summary).toEndWith('.')
  expect(docs).toStartWith('https://')
  for (const [name, schema] of Object.entries(settings.properties)) {
    expect([name, schema.title]).toEqual([name, expect.stringMatching(/^[A-Z].{1,30}$/)])
    expect([name, schema.description]).toEqual([name, expect.stringMatching(/^[^.]*[^ .].*\.$/)])
    expect(schema).toHaveProperty('x-ui')
  }
})

test.each(all)('$type names only fields of its own as personal, and limits that mean something', (channel) => {
  for (const name of channel.personal ?? []) expect(Object.keys(channel.settings.properties)).toContain(name)
  for (const name of channel.personal ?? []) expect(secretsOf(channel.settings)).not.toContain(name)
  for (const { count, seconds } of channel.limits ?? []) expect(Math.min(count, seconds)).toBeGreaterThan(0)
})
