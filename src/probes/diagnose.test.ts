import { expect, test } from 'bun:test'
import { refusalOf, tellsRefusals } from '#probes/diagnose'

/** A port on which nobody listens any more. */
function closedPort() {
  const server = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = server
  server.stop(true)
  return port
}
const live = () => new AbortController().signal

test('only what was seen to refuse is called refused', async () => {
  const ask = refusalOf
  expect(tellsRefusals()).toBe(true)
  expect(await ask('127.0.0.1', closedPort(), live())).toBe('ECONNREFUSED')
  // No route leads to a multicast address by TCP, and none of the kernel's answers to that is a refusal.
  expect(await ask('224.0.0.1', 9, live())).toMatch(/^E(NETUNREACH|HOSTUNREACH|NET|ADDRNOTAVAIL|INVAL|ACCES)/)
  // Out of time, nothing was seen: a broken network of our own must not look like an answer.
  const over = AbortSignal.abort()
  expect(await ask('224.0.0.1', 9, over)).not.toBe('ECONNREFUSED')
})
