import { afterEach, describe, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import type { Channel } from '#channels/define'
import { drivers, type Line, type Mood, PLANTED, TITLE_TRICKS } from '#channels/drivers.fixtures'
import { notice, refusalOf } from '#channels/fixtures'
import { channelOf, channels } from '#channels/index'
import { MASK, masked, secretsOf } from '#kernel/form'

const open: Line[] = []
afterEach(() => {
  for (const line of open.splice(0)) line.close()
})

const told = { ...notice, kind: 'test', event: 'test', title: 'Xinex test', urgent: false } as const

describe.each(drivers)('$type', ({ open: connect, waits, limit, tricks }) => {
  const line = async (mood: Mood) => {
    const connected = await connect(mood)
    open.push(connected)
    return connected
  }

  test('a test notice arrives', async () => {
    const { send, arrived } = await line('accepts')
    const { answer } = await send(told)
    expect(answer).toStartWith('2')
    expect(arrived().titles).toHaveLength(1)
    expect(arrived().all).toContain(limit ? 'Xinex test' : '"event":"test"')
  })

  test('a busy provider is tried again when it says so', async () => {
    const { send } = await line('busy')
    const error = await refusalOf(send(told))
    expect([error.outcome, error.retry_after_s]).toEqual(['retry', waits ? 30 : undefined])
  })

  test.each([
    ['unauthorized', 'disable'],
    ['broken', 'retry'],
    ['redirects', 'give-up'],
  ] as const)('a provider that answers “%s” means %s', async (mood, outcome) => {
    const { send } = await line(mood)
    expect((await refusalOf(send(told))).outcome).toBe(outcome)
  })

  test('a silent provider runs into the deadline and is tried again', async () => {
    const { send } = await line('silent')
    expect((await refusalOf(send(told, 60))).outcome).toBe('retry')
  })

  test.each(['echoes', 'unauthorized', 'broken', 'redirects'] as const)(
    'when the provider answers “%s” no key gets into the sentence',
    async (mood) => {
      const { send } = await line(mood)
      const { message } = await refusalOf(send(told))
      expect(message).toContain('hook.example.test')
      expect(message).not.toContain(PLANTED.slice(0, 12))
    },
  )

  test('a provider that cannot be reached is tried again', async () => {
    const { send, close } = await line('accepts')
    close()
    const error = await refusalOf(send(told))
    expect([error.outcome, error.message.includes(PLANTED)]).toEqual(['retry', false])
  })

  if (tricks !== undefined)
    test('markup in a title is shown, not obeyed', async () => {
      const { send, arrived } = await line('accepts')
      await send({ ...told, kind: 'down', title: TITLE_TRICKS })
      expect(arrived().title).toBe(tricks!)
    })

  if (limit !== undefined)
    test('a title of 10 KB is cut to what the provider takes', async () => {
      const { send, arrived } = await line('accepts')
      await send({ ...told, title: '<&*🔥é'.repeat(1_500), body: '<&*🔥é\n'.repeat(10_000) })
      const title = arrived().title!
      expect(title).toEndWith('…')
      expect(Buffer.byteLength(title)).toBeGreaterThan(limit! / 2)
      expect(title.length).toBeLessThanOrEqual(limit!)
      expect(title).toBe(title.toWellFormed())
    })

  test('words that no protocol likes arrive all the same', async () => {
    const { send, arrived } = await line('accepts')
    await send({ ...told, title: '', body: '' })
    await send({ ...told, title: '\0\r\n\ud800 x', body: '\0\r\n', url: '' })
    expect(arrived().titles).toHaveLength(2)
  })
})

// Safe: what these tests read of a channel does not depend on its settings.
const all = channels as unknown as Channel[]

test('the index lists every channel in the folder', async () => {
  const files = readdirSync(import.meta.dir).filter((name) => /^[a-z]+\.ts$/.test(name) && name !== 'index.ts')
  const modules: Record<string, unknown>[] = await Promise.all(files.map((name) => import(`./${name}`)))
  const found: unknown[] = modules
    .flatMap((module) => Object.values(module))
    .filter((value) => typeof value === 'object' && value !== null && 'send' in value && 'settings' in value)
  expect(new Set(found)).toEqual(new Set<unknown>(all))
  expect(drivers.map(({ type }) => type)).toEqual(all.map(({ type }) => type))
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

test.each(all)('$type can be labelled and checked while its keys are masked', ({ settings, label, check }) => {
  const given = Object.fromEntries(secretsOf(settings).map((name) => [name, PLANTED]))
  const shown = masked(settings, {
    ...given,
    to: ['a@example.com'],
    url: 'https://example.com',
    server: 'https://example.com',
    topic: 'ops',
    chat_id: '1',
    user: 'u',
    host: 'smtp.example.com',
    from: 'x@example.com',
    token: undefined,
  })
  expect(Object.values(shown)).not.toContain(PLANTED)
  expect(label(shown)).not.toContain(MASK)
  expect(label(shown)).not.toBe('')
  expect(check?.(shown) ?? {}).toEqual({})
})
