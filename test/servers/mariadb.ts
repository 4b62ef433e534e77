import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pair } from '../certs'
import { type Daemon, daemon, freePort, owned, ownFolder, prepare } from './database'

const find = (name: string) => Bun.which(name, { PATH: `${process.env.PATH}:/usr/sbin` }) ?? undefined
export const mariadbPrograms = { mariadbd: find('mariadbd'), 'mariadb-install-db': find('mariadb-install-db') }

type Options = { sql: string[]; tls?: Pair; settings?: Record<string, string> }

/** A MariaDB of its own on a free port of 127.0.0.1; `sql` makes its users. */
export async function mariadbServer({ sql, tls, settings = {} }: Options): Promise<Daemon> {
  const { mariadbd, 'mariadb-install-db': install } = mariadbPrograms
  if (!mariadbd || !install) throw new Error('MariaDB is not installed')
  const folder = ownFolder('mariadb')
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    owned(join(folder, name), 0o600)
    return join(folder, name)
  }
  const data = join(folder, 'data')
  const small = ['--innodb-log-file-size=4M', '--innodb-buffer-pool-size=8M']
  prepare(
    [
      install,
      '--no-defaults',
      `--datadir=${data}`,
      '--skip-test-db',
      '--auth-root-authentication-method=normal',
      ...small,
    ],
    folder,
  )
  const port = await freePort()
  const options: Record<string, string> = {
    datadir: data,
    port: String(port),
    'bind-address': '127.0.0.1',
    socket: join(folder, 'socket'),
    'pid-file': join(folder, 'pid'),
    'init-file': write('init.sql', `${sql.join(';\n')};\n`),
    'innodb-flush-log-at-trx-commit': '0',
    'log-warnings': '4',
    ...(tls && { 'ssl-cert': write('server.crt', tls.cert), 'ssl-key': write('server.key', tls.key) }),
    ...settings,
  }
  const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
  const argv = [mariadbd, '--no-defaults', '--skip-name-resolve', ...small, ...flags]
  const server = await daemon(argv, /ready for connections/, { port, folder })
  return server
}
