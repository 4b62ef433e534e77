import { promises as dns } from 'node:dns'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folderFor, freePorts, programAt, running } from './program'

export const namedProgram = programAt('named')
export const unboundProgram = programAt('unbound')

const ZONE = `$TTL 300
@ IN SOA ns1.example.test. admin.example.test. 7 3600 600 86400 300
@ IN NS ns1.example.test.
@ IN A 192.0.2.1
@ IN A 192.0.2.2
@ IN AAAA 2001:db8::1
@ IN MX 20 b.example.test.
@ IN MX 10 a.example.test.
@ IN TXT "v=spf1 " "-all"
@ IN CAA 0 issue "ca.example.net"
@ 60 IN CAA 0 iodef "mailto:a@example.test"
_sip._tcp IN SRV 0 5 5060 sip.example.test.
ns1 IN A 127.0.0.1
www IN CNAME example.test.
loop IN CNAME loop2.example.test.
loop2 IN CNAME loop.example.test.
empty IN TXT "only this"
`
const REVERSE = `$TTL 300
@ IN SOA ns1.example.test. admin.example.test. 7 3600 600 86400 300
@ IN NS ns1.example.test.
1 IN PTR example.test.
`
/** More than a datagram of 512 bytes holds. */
const BIG = Array.from({ length: 30 }, (_, i) => `big IN TXT "${i}-${'x'.repeat(200)}"\n`).join('')

/** Waits until the server has read its zones: it listens before that. */
async function serves(port: number, stop: () => Promise<void>) {
  const resolver = new dns.Resolver({ timeout: 500, tries: 1 })
  resolver.setServers([`127.0.0.1:${port}`])
  for (let tries = 0; ; tries++) {
    try {
      await resolver.resolveSoa('example.test')
      return
    } catch (error) {
      if (tries < 100)
        await new Promise((resolve) => setTimeout(resolve, 20)) // it says nothing to wait for
      else {
        await stop()
        throw error
      }
    }
  }
}

/** BIND as the server of a few zones, one of which it cannot read, and of nothing else. */
export async function startNamed() {
  const folder = folderFor('named')
  const [port = 0] = await freePorts(1)
  const zone = (name: string, file: string) => `zone "${name}" { type primary; file "${file}"; };`
  writeFileSync(join(folder, 'example.zone'), ZONE + BIG)
  writeFileSync(join(folder, 'reverse.zone'), REVERSE)
  writeFileSync(join(folder, 'broken.zone'), '@ IN SOA this is no zone\n')
  const options = [
    `directory "${folder}"; pid-file none; session-keyfile "${join(folder, 'session.key')}"; lock-file none;`,
    `listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };`,
    'recursion no; dnssec-validation no; notify no; max-udp-size 512;',
  ]
  const config = [
    `options { ${options.join(' ')} };`,
    'controls { };',
    zone('example.test', 'example.zone'),
    zone('2.0.192.in-addr.arpa', 'reverse.zone'),
    zone('broken.test', 'broken.zone'),
  ]
  writeFileSync(join(folder, 'named.conf'), `${config.join('\n')}\n`)
  const server = await running([namedProgram ?? '', '-g', '-c', join(folder, 'named.conf')], folder, port)
  await serves(port, server.stop)
  return { port, ...server }
}

/** Unbound as a resolver that asks others: example.test at `upstream`, dead.test where nobody answers. */
export async function startUnbound(upstream: number, dead: number) {
  const folder = folderFor('unbound')
  const [port = 0] = await freePorts(1)
  const config = `server:
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  interface: 127.0.0.1@${port}
  do-ip6: no
  do-not-query-localhost: no
  module-config: "iterator"
  domain-insecure: "test"
  local-zone: "test." nodefault
  local-zone: "refused.test." refuse
remote-control:
  control-enable: no
forward-zone:
  name: "example.test."
  forward-addr: 127.0.0.1@${upstream}
forward-zone:
  name: "dead.test."
  forward-addr: 127.0.0.1@${dead}
`
  writeFileSync(join(folder, 'unbound.conf'), config)
  const server = await running([unboundProgram ?? '', '-d', '-p', '-c', join(folder, 'unbound.conf')], folder, port)
  await serves(port, server.stop)
  return { port, ...server }
}
