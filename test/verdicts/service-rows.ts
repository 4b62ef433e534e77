import { at, SHORT_MS } from './ask'
import { NO_DATABASE } from './reasons'
import type { Row } from './row'
import { PASSWORD } from './secret'
import type { World } from './world'

const sshBanner = [{ expect: '^SSH-2.0-' }]
const database = (
  w: World,
  type: 'postgres' | 'mysql',
  port: number,
  user: string,
  password: string,
  name: string,
  more: Record<string, unknown> = {},
  args: string[] = [],
) =>
  at(w, type, port, {
    settings: { username: user, password, database: name, ...more },
    args: [...(type === 'postgres' ? ['-l', user] : ['-u', user]), '-p', password, '-d', name, ...args],
  })
const grpc = (w: World, port: number, service = '') =>
  at(w, 'grpc', port, { settings: { service }, prober: 'grpc', module: { service }, no: ['plugin'] })

/** SSH, time, databases, gRPC. */
export const serviceRows: Row[] = [
  {
    target: 'ssh, OpenSSH',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_ssh', 0],
    ask: (w) => at(w, 'ssh', w.sshd.port, { module: { query_response: sshBanner } }),
  },
  {
    target: 'ssh, another software than expected',
    ours: ['down', 'assertion'],
    blackbox: [0, 'i/o timeout'],
    plugin: ['check_ssh', 2, 'version mismatch'],
    ask: (w) =>
      at(w, 'ssh', w.sshd.port, {
        timeout_ms: 2_000,
        settings: { expect: 'dropbear' },
        module: { query_response: [{ expect: 'dropbear' }] },
        args: ['-r', 'dropbear'],
      }),
  },
  {
    target: 'ssh, protocol 1',
    ours: ['down', 'assertion'],
    blackbox: [0, 'i/o timeout'],
    plugin: ['check_ssh', 0, 'protocol 1.5'],
    differs: {
      plugin:
        'check_ssh takes every version of the protocol unless it is told one; version 1 has been broken for decades.',
    },
    ask: (w) => at(w, 'ssh', w.talk.ssh1.port, { timeout_ms: 2_000, module: { query_response: sshBanner } }),
  },
  {
    target: 'ssh, something else listens',
    ours: ['down', 'timeout'],
    blackbox: [0, 'HELLO there'],
    plugin: ['check_ssh', 2, 'Server answer: HELLO there'],
    ask: (w) => at(w, 'ssh', w.talk.oddSsh.port, { timeout_ms: 2_000, module: { query_response: sshBanner } }),
  },
  {
    target: 'ssh, silent',
    ours: ['down', 'timeout'],
    blackbox: [0, 'i/o timeout'],
    plugin: ['check_ssh', 2, 'Socket timeout'],
    ask: (w) => at(w, 'ssh', w.talk.mute.port, { timeout_ms: SHORT_MS, module: { query_response: sshBanner } }),
  },
  {
    target: 'ntp, synchronised',
    ours: ['up'],
    plugin: ['check_ntp_time', 0],
    ask: (w) => at(w, 'ntp', w.chronyd.port, { args: ['-w', '60', '-c', '120'], no: ['blackbox'] }),
  },
  {
    target: 'ntp, not synchronised',
    ours: ['down', 'assertion'],
    plugin: ['check_ntp_time', 2, 'Offset unknown'],
    ask: (w) => at(w, 'ntp', w.chronydLost.port, { args: ['-w', '60', '-c', '120'], no: ['blackbox'] }),
  },
  {
    target: 'ntp, no answer',
    ours: ['down', 'timeout'],
    plugin: ['check_ntp_time', 2, 'CRITICAL'],
    ask: (w) => at(w, 'ntp', w.deaf.port, { timeout_ms: SHORT_MS, args: ['-w', '60', '-c', '120'], no: ['blackbox'] }),
  },
  {
    target: 'PostgreSQL, lets in',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_pgsql', 0],
    ask: (w) => database(w, 'postgres', w.postgres.port, 'postgres', PASSWORD, 'postgres'),
  },
  {
    target: 'PostgreSQL, wrong password',
    ours: ['down', 'status'],
    blackbox: [1],
    plugin: ['check_pgsql', 2, 'password authentication failed'],
    differs: { blackbox: NO_DATABASE },
    ask: (w) => database(w, 'postgres', w.postgres.port, 'postgres', 'wrong', 'postgres'),
  },
  {
    target: 'PostgreSQL, no such database',
    ours: ['down', 'status'],
    blackbox: [1],
    plugin: ['check_pgsql', 2, 'does not exist'],
    differs: { blackbox: NO_DATABASE },
    ask: (w) => database(w, 'postgres', w.postgres.port, 'postgres', PASSWORD, 'nothing'),
  },
  {
    target: 'PostgreSQL, the query answers too much',
    ours: ['down', 'assertion'],
    blackbox: [1],
    plugin: ['check_pgsql', 2, 'QUERY CRITICAL'],
    differs: { blackbox: NO_DATABASE },
    ask: (w) =>
      database(
        w,
        'postgres',
        w.postgres.port,
        'postgres',
        PASSWORD,
        'postgres',
        { query: 'select 42', expect: 'less', expected: '10' },
        ['-q', 'select 42', '-C', '10'],
      ),
  },
  {
    target: 'MariaDB, lets in',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_mysql', 0],
    ask: (w) => database(w, 'mysql', w.mariadb.port, 'monitor', PASSWORD, ''),
  },
  {
    target: 'MariaDB, wrong password',
    ours: ['down', 'status'],
    blackbox: [1],
    plugin: ['check_mysql', 2, 'Access denied'],
    differs: { blackbox: NO_DATABASE },
    ask: (w) => database(w, 'mysql', w.mariadb.port, 'monitor', 'wrong', ''),
  },
  {
    target: 'MariaDB, a database that is not ours',
    ours: ['down', 'status'],
    blackbox: [1],
    plugin: ['check_mysql', 2, 'Access denied'],
    differs: { blackbox: NO_DATABASE },
    ask: (w) => database(w, 'mysql', w.mariadb.port, 'monitor', PASSWORD, 'shop'),
  },
  {
    target: 'Redis, answers',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_tcp', 0],
    ask: (w) =>
      at(w, 'redis', w.redis.port, {
        module: { query_response: [{ send: 'PING' }, { expect: '^\\+PONG' }] },
        args: ['-E', '-s', 'PING\\r\\n', '-e', '+PONG'],
      }),
  },
  {
    target: 'Redis, wants a password',
    ours: ['down', 'status'],
    blackbox: [0, 'NOAUTH'],
    plugin: ['check_tcp', 2, 'Socket timeout'],
    ask: (w) =>
      at(w, 'redis', w.locked.port, {
        timeout_ms: 2_000,
        module: { query_response: [{ send: 'PING' }, { expect: '^\\+PONG' }] },
        args: ['-E', '-s', 'PING\\r\\n', '-e', '+PONG'],
      }),
  },
  { target: 'gRPC, serving', ours: ['up'], blackbox: [1], ask: (w) => grpc(w, w.grpc.port, 'orders') },
  {
    target: 'gRPC, not serving',
    ours: ['down', 'status'],
    blackbox: [0, "can't connect grpc server"],
    ask: (w) => grpc(w, w.grpc.port, 'bills'),
  },
  {
    target: 'gRPC, an unknown service',
    ours: ['down', 'status'],
    blackbox: [0, 'code = NotFound'],
    ask: (w) => grpc(w, w.grpc.port, 'none'),
  },
  {
    target: 'gRPC, no health service',
    ours: ['down', 'status'],
    blackbox: [0, 'code = Unimplemented'],
    ask: (w) => grpc(w, w.grpc.without),
  },
  {
    target: 'gRPC, a closed port',
    ours: ['down', 'refused'],
    blackbox: [0, 'connection refused'],
    ask: (w) => grpc(w, w.closed),
  },
]
