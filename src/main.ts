import { parseArgs } from 'node:util'
import { commands } from './cli/index'

const usage = `Xinex: monitoring and on-call in one executable

Usage: xinex <command> [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join('\n')}

Run "xinex <command> --help" for its options.`

async function main(argv: string[]): Promise<number> {
  const [name = '', ...rest] = argv
  if (['', '--help', '-h', 'help'].includes(name)) {
    console.log(usage)
    return name === '' ? 2 : 0
  }
  if (name === '--version' || name === '-v') return main(['version'])
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!entry) {
    console.error(`xinex: there is no command "${name}"\n\n${usage}`)
    return 2
  }
  const command = await entry.load()
  let parsed: ReturnType<typeof parseArgs>
  try {
    parsed = parseArgs({
      args: rest,
      allowPositionals: true,
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
    })
  } catch (error) {
    console.error(`xinex ${name}: ${(error as Error).message}\n\n${command.help}`)
    return 2
  }
  if (parsed.values.help) {
    console.log(command.help)
    return 0
  }
  try {
    return await command.run(parsed.values, parsed.positionals)
  } catch (error) {
    console.error(`xinex ${name}: ${(error as Error).message}`)
    return 1
  }
}

// Whatever a command makes is for its own user alone: the database holds sealed secrets, but also names and addresses.
process.umask(0o077)
const code = await main(Bun.argv.slice(2))
process.exit(code)
