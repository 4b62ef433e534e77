import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pair } from '../certs'
import { type Daemon, daemon, freePort, owned, ownFolder, prepare } from './database'

const DEBIAN = '/usr/lib/postgresql'
/** Debian keeps the programs of each version apart. */
const folderOf = () =>
  existsSync(DEBIAN)
    ? readdirSync(DEBIAN)
        .map((version) => join(DEBIAN, version, 'bin'))
        .find((bin) => existsSync(join(bin, 'initdb')) && existsSync(join(bin, 'postgres')))
    : undefined

export const postgresPrograms = folderOf()

type Options = { password: string; tls?: Pair; settings?: Record<string, string>; hba?: string[]; standby?: boolean }

/** A PostgreSQL of its own on a free port of 127.0.0.1; the superuser is `postgres`. */
export async function postgresServer({ password, tls, settings = {}, hba, standby }: Options): Promise<Daemon> {
  const bin = postgresPrograms
  if (!bin) throw new Error('PostgreSQL is not installed')
  const folder = ownFolder('postgres')
  const data = join(folder, 'data')
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    owned(join(folder, name), 0o600)
  }
  write('password', password)
  prepare(
    [
      `${bin}/initdb`,
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      '--pwfile',
      join(folder, 'password'),
      '--no-sync',
    ],
    folder,
  )
  if (tls) {
    write('server.crt', tls.cert)
    write('server.key', tls.key)
  }
  if (hba) write('data/pg_hba.conf', `${hba.join('\n')}\n`)
  if (standby) write('data/standby.signal', '')
  const port = await freePort()
  const options: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: 'off',
    log_destination: 'stderr',
    ...(tls && { ssl: 'on', ssl_cert_file: join(folder, 'server.crt'), ssl_key_file: join(folder, 'server.key') }),
    ...settings,
  }
  const flags = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return daemon([`${bin}/postgres`, '-D', data, ...flags], /ready to accept (read-only )?connections/, { port, folder })
}
