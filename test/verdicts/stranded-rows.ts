import { asks, at, ping, SHORT_MS, web } from './ask'
import { NOT_ITS_FAULT } from './reasons'
import type { Row } from './row'
import type { World } from './world'

/** Reserved for documentation: nobody is there (RFC 5737). */
const FAR = '198.51.100.1'
/** None of these targets is a server of ours. */
const nowhere: Pick<World, 'caFile' | 'ca'> = { caFile: '', ca: '' }

/** What can be said of targets by a machine that has no route to them. Run by itself where there is no network. */
export const strandedRows: Row<typeof nowhere>[] = [
  {
    target: 'a web page',
    ours: ['unknown', 'own_side'],
    blackbox: [0, 'network is unreachable'],
    plugin: ['check_http', 2, 'Network is unreachable'],
    differs: { blackbox: NOT_ITS_FAULT, plugin: NOT_ITS_FAULT },
    ask: (w) => web(w, `http://${FAR}:80/`),
  },
  {
    target: 'a port',
    ours: ['unknown', 'own_side'],
    blackbox: [0, 'network is unreachable'],
    plugin: ['check_tcp', 2, 'Network is unreachable'],
    differs: { blackbox: NOT_ITS_FAULT, plugin: NOT_ITS_FAULT },
    ask: (w) => at(w, 'tcp', 22, { host: FAR }),
  },
  {
    target: 'a host, by ping',
    ours: ['unknown', 'own_side'],
    blackbox: [0, 'network is unreachable'],
    plugin: ['check_ping', 2, 'Network Unreachable'],
    differs: { blackbox: NOT_ITS_FAULT, plugin: NOT_ITS_FAULT },
    ask: () => ping(FAR, 4, SHORT_MS),
  },
  {
    target: 'a name server',
    ours: ['unknown', 'own_side'],
    blackbox: [0, 'network is unreachable'],
    plugin: ['check_dig', 1, 'dig returned an error status'],
    differs: { blackbox: NOT_ITS_FAULT, plugin: NOT_ITS_FAULT },
    ask: () => asks(53, { name: 'example.test', host: FAR, timeout_ms: SHORT_MS }),
  },
  {
    target: 'a UDP port',
    ours: ['unknown', 'own_side'],
    plugin: ['check_udp', 2, 'Network is unreachable'],
    differs: { plugin: NOT_ITS_FAULT },
    ask: (w) =>
      at(w, 'udp', 9, {
        host: FAR,
        settings: { send: 'x' },
        args: ['-s', 'x', '-e', 'y'],
        timeout_ms: SHORT_MS,
        no: ['blackbox'],
      }),
  },
]

// Where the test starts this file itself, in a network of its own that has nothing but the loopback.
if (import.meta.main) {
  const { compare } = await import('./compare')
  console.log(JSON.stringify(await compare(strandedRows, nowhere)))
}
