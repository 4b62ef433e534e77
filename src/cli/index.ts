import { admin } from './admin'
import type { Command } from './define'
import { doctor } from './doctor'
import { migrateCommand } from './migrate'
import { prober } from './prober'
import { serve } from './serve'
import { versionCommand } from './version'

export const commands: Record<string, Command> = {
  serve,
  prober,
  migrate: migrateCommand,
  admin,
  doctor,
  version: versionCommand,
}
