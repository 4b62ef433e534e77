/**
 * All rows of the goals, one command after the other, and the table that docs/performance.md shows:
 *   bun bench/all.ts [--binary dist/xinex] [--only load,alert] [--quick] [--write]
 * Each command is as it can be run by itself. Before each the machine is looked at, and a warning stands beside figures of
 * one that was not quiet. What was found is kept in .build/bench, so that single rows can be measured again: --only says
 * which. --quick tries all of it with few monitors, which proves nothing. --write puts the table into the document.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { HEADER, machine, quiet } from './goal'
import { binaryOption } from './stage'

const { values } = parseArgs({
  options: {
    ...binaryOption,
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const folder = join(import.meta.dir, values.quick ? '../.build/bench-quick' : '../.build/bench')
const document = join(import.meta.dir, '../docs/performance.md')
const [BEGIN, END] = ['<!-- table -->', '<!-- /table -->']

/** Name, program, its options, and other options for a quick try; those that need no executable are marked. */
type Command = { name: string; file: string; options?: string; quick: string; alone?: boolean }
const commands: Command[] = [
  { name: 'load', file: 'load', quick: '--monitors 0,200 --interval 10 --seconds 10' },
  {
    ...{ name: 'load-tls', file: 'load', options: '--tls --monitors 1000,10000' },
    quick: '--tls --monitors 200 --interval 10 --seconds 10',
  },
  { name: 'rate', file: 'rate', quick: '--rates 100,200 --seconds 5' },
  { name: 'spread', file: 'spread', quick: '--monitors 200 --interval 5 --seconds 10' },
  { name: 'alert', file: 'alert', quick: '--flips 5' },
  { name: 'alert-all', file: 'alert', options: '--all', quick: '--all --monitors 50 --interval 5' },
  { name: 'restart', file: 'restart', quick: '--monitors 200 --interval 5' },
  { name: 'screen', file: 'screen', quick: '--monitors 200 --rounds 3' },
  {
    name: 'screen-old',
    file: 'screen',
    options: '--monitors 1000 --age 365',
    quick: '--monitors 20 --rounds 3 --age 100',
  },
  { name: 'stored', file: 'stored', quick: '--monitors 200', alone: true },
  { name: 'add', file: 'add', quick: '--single 50 --import 500 --probed 50' },
  { name: 'pings', file: 'pings', quick: '--heartbeats 200 --rate 200 --seconds 3' },
  {
    ...{ name: 'pings-kill', file: 'pings', options: '--kill' },
    quick: '--kill --heartbeats 200 --rate 200 --seconds 4',
  },
  { name: 'start', file: 'start', quick: '--starts 2 --seconds 5' },
  { name: 'hang', file: 'hang', quick: '--monitors 100 --interval 15 --hosts 20' },
  { name: 'attempts', file: 'attempts', quick: '--growth 5000 --flight 500', alone: true },
  { name: 'exporter', file: 'exporter', quick: '--rounds 1', alone: true },
]

type Kept = { command: string; at: string; load: string; quiet: boolean; rows: string[]; failed: boolean }
const fileOf = (name: string) => join(folder, `${name}.json`)

async function run({ name, file, options = '', quick, alone }: Command): Promise<void> {
  const { text, ok } = await quiet()
  const given = (values.quick ? quick : options).split(' ').filter(Boolean)
  const command = ['bun', `bench/${file}.ts`, ...given].join(' ')
  console.log(
    `\n${command}\n  ${text}${ok ? '' : '\n  WARNING: the machine is not quiet; these figures are not to be trusted'}`,
  )
  const args = [join(import.meta.dir, `${file}.ts`), ...given, ...(alone ? [] : ['--binary', values.binary])]
  const child = Bun.spawn([process.execPath, ...args], { stdout: 'pipe', stderr: 'inherit' })
  const output = await new Response(child.stdout).text()
  const failed = (await child.exited) !== 0
  const rows = output.split('\n').filter((line) => line.startsWith('| ') && !HEADER.includes(line))
  console.log(rows.join('\n') || output)
  const kept: Kept = { command, at: new Date().toISOString(), load: text, quiet: ok, rows, failed }
  writeFileSync(fileOf(name), JSON.stringify(kept, null, 2))
}

/** Rows in the order of the goals; those without a number at the end. */
const order = (line: string) => Number(line.split('|')[1]?.trim().replace('–', '99'))

function table(): string {
  const all = commands.flatMap(({ name }): Kept[] =>
    // Safe: written by `run` alone.
    existsSync(fileOf(name)) ? [JSON.parse(readFileSync(fileOf(name), 'utf8')) as Kept] : [],
  )
  const rows = all.flatMap((one) => one.rows).sort((a, b) => order(a) - order(b))
  const how = all.map(
    ({ command, at, load, quiet, failed }) =>
      `| \`${command}\` | ${at.slice(0, 16).replace('T', ' ')} | ${load}${quiet ? '' : ' **not quiet**'}${failed ? ' **failed**' : ''} |`,
  )
  return [
    `${machine()}.`,
    '',
    HEADER,
    ...rows,
    '',
    '| measured by | at (UTC) | the machine before |',
    '|---|---|---|',
    ...how,
  ].join('\n')
}

mkdirSync(folder, { recursive: true })
const wanted = values.only?.split(',')
for (const name of wanted ?? [])
  if (!commands.some((one) => one.name === name))
    throw new Error(`--only ${name}: expected some of ${commands.map((one) => one.name).join(', ')}`)
for (const command of commands) if (!wanted || wanted.includes(command.name)) await run(command)

const text = table()
writeFileSync(join(folder, 'table.md'), `${text}\n`)
if (values.write) {
  const page = readFileSync(document, 'utf8')
  const [before, rest] = page.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`docs/performance.md has no ${BEGIN} … ${END}`)
  writeFileSync(document, `${before}${BEGIN}\n\n${text}\n\n${END}${after}`)
}
console.log(`\n${text}`)
