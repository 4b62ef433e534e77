import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { blackboxProgram } from '../servers/blackbox'
import { chronyd } from '../servers/chronyd'
import { namedProgram } from '../servers/dns'
import { exim } from '../servers/exim'
import { mariadbPrograms } from '../servers/mariadb'
import { nginxProgram } from '../servers/nginx'
import { opensslProgram } from '../servers/openssl'
import { lacksPlugin } from '../servers/plugin'
import { postgresPrograms } from '../servers/postgres'
import { redisProgram } from '../servers/redis'
import { sshd } from '../servers/sshd'
import { compare, type Observed } from '../verdicts/compare'
import { noOwnNetwork } from '../verdicts/machine'
import type { Row } from '../verdicts/row'
import { served } from '../verdicts/rows'
import { strandedRows } from '../verdicts/stranded-rows'
import { startWorld } from '../verdicts/world'
import { excuse } from './appliance'

const programs = { chronyd, exim4: exim, named: namedProgram, nginx: nginxProgram, openssl: opensslProgram, sshd }
const needed: Record<string, string | undefined> = {
  ...{ ...programs, ...mariadbPrograms, postgres: postgresPrograms, 'redis-server': redisProgram },
  'prometheus-blackbox-exporter': blackboxProgram,
}
const plugins = new Set([...served, ...strandedRows].flatMap(({ plugin }) => (plugin ? [plugin[0]] : [])))
const lacking = [
  ...Object.keys(needed).flatMap((name) => (needed[name] ? [] : [`${name} is not installed`])),
  ...[...plugins].flatMap((name) => lacksPlugin(name) ?? []),
]
excuse('comparison of verdicts', lacking)

/** What was observed, as far as the row says something about it. */
function judged({ ours, blackbox, plugin }: Omit<Row, 'ask'>, seen: Observed) {
  const { status, reason } = seen.verdict
  const why = (said: string | undefined, text = '') => said && (text.includes(said) ? said : text.slice(-1_500))
  return {
    ours: ours.length === 2 || reason ? [status, reason] : [status],
    ...(blackbox && { blackbox: [Number(seen.blackbox?.success), why(blackbox[1], seen.blackbox?.log)] }),
    ...(plugin && { plugin: [plugin[0], seen.plugin?.code, why(plugin[2], seen.plugin?.text)] }),
  }
}
const declared = ({ ours, blackbox, plugin }: Omit<Row, 'ask'>) => ({
  ours,
  ...(blackbox && { blackbox: [blackbox[0], blackbox[1]] }),
  ...(plugin && { plugin: [plugin[0], plugin[1], plugin[2]] }),
})

/** Runs what this machine can show, and says what it cannot. */
const showable = <W>(rows: Row<W>[]) =>
  rows.filter(({ target, unless }) => {
    const reason = unless?.()
    if (reason) console.log(`verdict on “${target}” skipped: ${reason}`)
    return !reason
  })

describe.skipIf(lacking.length > 0)('verdicts are those of docs/verdicts.md', () => {
  const rows = lacking.length ? [] : showable(served)
  let seen: Observed[] = []
  let world: Awaited<ReturnType<typeof startWorld>> | undefined
  beforeAll(async () => {
    world = await startWorld()
    seen = await compare(rows, world)
  }, 120_000)
  afterAll(() => world?.stop(), 30_000)

  test.each(rows.map((row, i) => [row.target, i] as const))('%s', (_, i) => {
    const row = rows[i] as Row
    expect<object>(judged(row, seen[i] as Observed)).toEqual(declared(row))
  })
})

const alone = lacking.length === 0 && noOwnNetwork()
if (alone) console.log(`verdicts without a network skipped: ${alone}`)
describe.skipIf(lacking.length > 0 || !!alone)('from a machine without a network', () => {
  test('no target is blamed for it', () => {
    const file = join(import.meta.dir, '../verdicts/stranded-rows.ts')
    const command = 'ip link set lo up && exec "$0" "$1"'
    const { stdout, stderr } = Bun.spawnSync(['unshare', '-n', 'sh', '-c', command, process.execPath, file])
    expect(stderr.toString()).toBe('')
    const seen: Observed[] = JSON.parse(stdout.toString())
    expect<object[]>(strandedRows.map((row, i) => judged(row, seen[i] as Observed))).toEqual(strandedRows.map(declared))
  }, 30_000)
})
