import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Pair } from '../certs'
import { child, freePort, locate, ownFolder } from './child'

export const exim = locate('exim4')

export const MAILBOX_USER = 'monitor'
export const MAILBOX_PASSWORD = 'b0xwood hedge'

/** Accepts postmaster@example.test, puts off grey@, refuses everybody else; lets one user in once TLS is on. */
const config = (folder: string, ids: { uid: number; gid: number }) => `
primary_hostname = mail.test
spool_directory = ${folder}/spool
log_file_path = ${folder}/%slog
pid_file_path = ${folder}/exim.pid
exim_user = ${ids.uid}
exim_group = ${ids.gid}
never_users =
keep_environment =
host_lookup =
rfc1413_hosts =
tls_advertise_hosts = *
tls_certificate = ${folder}/cert.pem
tls_privatekey = ${folder}/key.pem
acl_smtp_rcpt = rcpt
smtp_enforce_sync = true

begin acl
rcpt:
  accept local_parts = postmaster
         domains = example.test
  defer  local_parts = grey
         message = come back later
  deny   message = no such mailbox here

begin authenticators
PLAIN:
  driver = plaintext
  server_prompts = :
  server_condition = \${if and{{eq{$auth2}{${MAILBOX_USER}}}{eq{$auth3}{${MAILBOX_PASSWORD}}}}}
  server_set_id = $auth2
  server_advertise_condition = \${if def:tls_in_cipher}
LOGIN:
  driver = plaintext
  server_prompts = Username:: : Password::
  server_condition = \${if and{{eq{$auth1}{${MAILBOX_USER}}}{eq{$auth2}{${MAILBOX_PASSWORD}}}}}
  server_set_id = $auth1
  server_advertise_condition = \${if def:tls_in_cipher}
`

const greets = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket
      .on('error', () => resolve(false))
      .once('data', () => {
        socket.end('QUIT\r\n')
        resolve(true)
      })
  })

/** Debian's exim with a configuration and a spool of its own, on 127.0.0.1; with `tls` it starts with TLS. */
export async function startExim(pair: Pair, { tls = false } = {}) {
  const folder = ownFolder('exim')
  const port = await freePort()
  mkdirSync(join(folder, 'spool'))
  const ids = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  const lines = tls ? `tls_on_connect_ports = ${port}\n` : ''
  writeFileSync(join(folder, 'exim.conf'), lines + config(folder, ids))
  writeFileSync(join(folder, 'cert.pem'), pair.cert)
  writeFileSync(join(folder, 'key.pem'), pair.key, { mode: 0o600 })
  const args = ['-C', join(folder, 'exim.conf'), '-bdf', '-oX', `127.0.0.1.${port}`]
  const ready = tls ? () => accepts(port) : () => greets(port)
  const log = async () =>
    await Bun.file(join(folder, 'mainlog'))
      .text()
      .catch(() => '')
  return { port, log, ...(await child(exim ?? '', args, { folder, ready })) }
}

const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    }).on('error', () => resolve(false))
  })
