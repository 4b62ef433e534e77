import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { folderFor, freePorts, programAt, running } from './program'

export const rsyslogProgram = programAt('rsyslogd')

/** What rsyslog read of one line: its own names for the parts. */
export type Logged = Record<string, string | undefined>

type Certificate = { authority: string; certificate: string; private_key: string }

/**
 * Debian's rsyslog with an input for UDP, TCP and TLS. Every line that it understood comes back through a pipe, as JSON in its
 * own words, so that nothing has to be waited for but the line itself.
 */
export async function openRsyslog({ authority, certificate, private_key }: Certificate) {
  const folder = folderFor('rsyslog')
  const path = (name: string) => join(folder, name)
  const [udp = 0, tcp = 0, tls = 0] = await freePorts(3)
  writeFileSync(path('ca.pem'), authority)
  writeFileSync(path('cert.pem'), certificate)
  writeFileSync(path('key.pem'), private_key)

  // Sockets would cut a line at 8,096 bytes on the way back.
  Bun.spawnSync(['mkfifo', path('back')])
  const reader = spawn('cat', [path('back')], { stdio: ['ignore', 'pipe', 'ignore'] })
  const lines: Logged[] = []
  const waiting: ((line: Logged) => void)[] = []
  createInterface({ input: reader.stdout }).on('line', (text) => {
    // Safe: rsyslog's `jsonmesg` is an object of texts.
    const line = JSON.parse(text) as Logged
    const first = waiting.shift()
    if (first) first(line)
    else lines.push(line)
  })

  writeFileSync(
    path('rsyslog.conf'),
    `global(workDirectory="${folder}" defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="${path('ca.pem')}"
  defaultNetstreamDriverCertFile="${path('cert.pem')}" defaultNetstreamDriverKeyFile="${path('key.pem')}")
module(load="imudp")
module(load="imptcp")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
template(name="all" type="string" string="%jsonmesg%\\n")
ruleset(name="back") {
  action(type="ompipe" pipe="${path('back')}" template="all")
}
input(type="imudp" address="127.0.0.1" port="${udp}" ruleset="back")
input(type="imptcp" address="127.0.0.1" port="${tcp}" ruleset="back")
input(type="imtcp" address="127.0.0.1" port="${tls}" ruleset="back")
`,
  )
  const argv = [rsyslogProgram ?? 'rsyslogd', '-n', '-i', 'NONE', '-f', path('rsyslog.conf')]
  const server = await running(argv, folder, tls)
  return {
    ports: { udp, tcp, tls },
    next: () =>
      new Promise<Logged>((resolve) => {
        const line = lines.shift()
        if (line) resolve(line)
        else waiting.push(resolve)
      }),
    async stop() {
      await server.stop()
      reader.kill()
    },
  }
}
