import { mkdirSync } from 'node:fs'
import { systemClock } from '#kernel/clock'
import { takeLock } from '#kernel/lock'
import { logTo } from '#kernel/log'
import { openAppliance } from '../app'
import { configFrom, dataHelp, dataOption } from './config'
import type { Command } from './define'
import { version } from './version'

export const migrateCommand: Command = {
  help: `Usage: xinex migrate [options]

"serve" does the same at its start. Refuses when the data was written by a newer version, and while a server runs.

Options:
${dataHelp}`,
  options: dataOption,
  async run(values) {
    const config = configFrom(values)
    const log = logTo((line) => process.stderr.write(line), config.logLevel, systemClock.now)
    mkdirSync(config.data, { recursive: true, mode: 0o700 })
    const unlock = takeLock(config.data)
    try {
      await (await openAppliance({ config, clock: systemClock, log, version })).close()
    } finally {
      unlock()
    }
    console.log(`The database in ${config.data} is at version ${version}`)
    return 0
  },
}
