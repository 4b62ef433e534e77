import { expect, test } from 'bun:test'
import { Conversation } from '#probes/exchange'
import type { Link, Receiver } from '#probes/link'

/** A link whose other side is the test. */
function line() {
  const abort = new AbortController()
  let receiver: Receiver | undefined
  const link: Link = {
    ...{ address: '127.0.0.1', port: 1, signal: abort.signal, connect_ms: 1, tls_ms: undefined, security: undefined },
    listen: (given) => {
      receiver = given
    },
    write: () => {},
    close: () => {},
    secure: () => Promise.reject(new Error('not here')),
  }
  return {
    talk: new Conversation(link),
    say: (text: string) => receiver?.data(Buffer.from(text)),
    end: () => receiver?.end(),
  }
}
const busy = (ms: number) => {
  const until = performance.now() + ms
  while (performance.now() < until);
}
const turn = () => new Promise((next) => setImmediate(next))

test('a text that arrives byte by byte is not looked through for each of them when a look takes long', async () => {
  const { talk, say } = line()
  let looks = 0
  const found = talk.until((text) => {
    looks++
    busy(3)
    return text.endsWith('!')
  })
  for (let i = 0; i < 200; i++) {
    say('.')
    await turn()
  }
  expect(looks).toBeLessThan(20)
  say('!')
  expect(await found).toBe(true)
})

test('who hangs up is not waited for', async () => {
  const { talk, say, end } = line()
  const found = talk.until((text) => {
    busy(text === '' ? 0 : 50)
    return text === 'never'
  })
  say('x')
  await turn()
  const started = performance.now()
  end()
  expect(await found).toBe(false)
  expect(performance.now() - started).toBeLessThan(400)
})

test('what came while it rested is looked at, also when nothing follows', async () => {
  const { talk, say } = line()
  const found = talk.until((text) => {
    busy(2)
    return text === 'ab'
  })
  say('a')
  await turn()
  say('b')
  expect(await found).toBe(true)
})
