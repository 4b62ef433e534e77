import { systemClock } from '#kernel/clock'
import { logTo } from '#kernel/log'
import { openAppliance } from '../app'
import { configFrom, dataHelp, dataOption } from './config'
import type { Command } from './define'
import { version } from './version'

export const migrateCommand: Command = {
  summary: 'Bring the database to this version, after a backup copy, without starting',
  help: `Usage: xinex migrate [options]

"serve" does the same at its start. Refuses when the data was written by a newer version.

Options:
${dataHelp}`,
  options: dataOption,
  async run(values) {
    const config = configFrom(values)
    const log = logTo((line) => process.stderr.write(line), config.logLevel, systemClock.now)
    const appliance = await openAppliance({ config, clock: systemClock, log, version })
    await appliance.close()
    console.log(`The database in ${config.data} is at version ${version}`)
    return 0
  },
}
